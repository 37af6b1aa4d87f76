package dev.millrace.dist;

import dev.millrace.gateway.api.PlanPreview;
import dev.millrace.platform.cassandra.Cassandra;
import dev.millrace.scheduler.service.planner.Preview;
import io.vertx.core.Vertx;
import java.time.Clock;

/** Gives the gateway access to the scheduler's planning code, since the gateway does not depend on the scheduler. */
final class Previews {
    private Previews() {}

    static PlanPreview open(Vertx vertx, Cassandra cassandra) {
        return new Preview(vertx, cassandra, Clock.systemUTC())::of;
    }
}
