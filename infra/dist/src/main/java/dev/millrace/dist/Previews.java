package dev.millrace.dist;

import com.datastax.oss.driver.api.core.CqlSession;
import dev.millrace.gateway.PlanPreview;
import dev.millrace.platform.cassandra.CassandraSettings;
import dev.millrace.scheduler.service.planner.HistorySource;
import dev.millrace.scheduler.service.planner.Preview;
import io.vertx.core.Vertx;
import java.time.Clock;

/** Brings the scheduler's planning to the gateway, which does not know it. */
final class Previews {
    private Previews() {}

    static PlanPreview open(Vertx vertx, CqlSession session, CassandraSettings settings) {
        return new Preview(vertx, new HistorySource(session, settings), Clock.systemUTC())::of;
    }
}
