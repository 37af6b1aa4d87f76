package dev.millrace.dist;

import static org.assertj.core.api.Assertions.assertThat;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.Row;
import dev.millrace.platform.cassandra.CassandraSettings;
import dev.millrace.platform.cassandra.CqlMigrations;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Makes the tables in a keyspace of its own. */
class RowRetentionIT {
    private static final int DAYS = 3;
    private static final int KEPT_S = DAYS * 24 * 3600;

    private final CassandraSettings embedded = SharedStack.get().platform().cassandra();

    @Test
    void inRowsShouldGoWithTheRecordsThatTheyAreRebuiltFrom() {
        var settings = new CassandraSettings(
                embedded.contactPoint(),
                embedded.datacenter(),
                "retention_it_" + Long.toString(System.nanoTime(), 36),
                1,
                DAYS,
                embedded.login());
        var kept = new TreeMap<String, Integer>();
        try (CqlSession session = settings.open("retention-it")) {
            new CqlMigrations(settings).apply(session);

            for (Row table : session.execute(
                    "SELECT table_name, default_time_to_live FROM system_schema.tables WHERE keyspace_name = '"
                            + settings.keyspace() + "'")) {
                kept.put(String.valueOf(table.getString("table_name")), table.getInt("default_time_to_live"));
            }
            session.execute("DROP KEYSPACE " + settings.keyspace());
        }
        assertThat(kept)
                .containsEntry("jobs", KEPT_S)
                .containsEntry("tasks", KEPT_S)
                .containsEntry("attempts", KEPT_S)
                .containsEntry("runtime_samples", KEPT_S)
                .as("an executor is present and not past")
                .containsEntry("executors", 0);
    }
}
