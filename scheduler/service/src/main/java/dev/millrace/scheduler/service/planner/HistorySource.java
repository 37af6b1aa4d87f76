package dev.millrace.scheduler.service.planner;

import com.datastax.oss.driver.api.core.CqlSession;
import dev.millrace.platform.cassandra.CassandraSettings;
import io.vertx.core.Vertx;

/** Where the planner's history comes from. */
public record HistorySource(CqlSession session, CassandraSettings settings) {
    HistoryReader open(Vertx vertx) {
        return new HistoryReader(vertx, session, settings);
    }
}
