package dev.millrace.platform.cassandra;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.Row;
import com.datastax.oss.driver.api.core.cql.SimpleStatement;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * Creates and extends the schema step by step. Every statement of a step says IF NOT EXISTS, so a step that was interrupted can run again,
 * and two processes can run the same step at the same time. A finished step is recorded and later skipped.
 */
public final class CqlMigrations {
    /** The steps in their order. A step that was released is never edited. */
    private static final List<String> STEPS = List.of(
            "V001__views_and_history.cql",
            "V002__pools.cql",
            "V003__decisions.cql",
            "V004__executors_and_hedging.cql",
            "V005__runs.cql",
            "V006__flaky_and_decided_by.cql",
            "V007__task_settings.cql",
            "V008__scopes.cql");

    /** Each row of these tables belongs to one job, and is of no use after the job's events have expired. */
    private static final Set<String> VIEWS = Set.of(
            "jobs", "jobs_by_day", "tasks", "tasks_not_passed", "attempts", "decisions", "scopes", "scope_epochs");

    private static final Set<String> HISTORY = Set.of("runtime_samples", "failed_tests");

    private static final Pattern COMMENT = Pattern.compile("(?m)^\\s*--.*$");

    private final CassandraSettings settings;

    public CqlMigrations(CassandraSettings settings) {
        this.settings = settings;
    }

    /**
     * Applies the missing steps and returns their names. Switches off the driver's updates of the session's schema metadata permanently,
     * since they make each statement that changes the schema take a second longer. The session can still prepare and execute statements,
     * but sends them to any node.
     */
    public List<String> apply(CqlSession session) {
        session.setSchemaMetadataEnabled(false);
        execute(
                session,
                "CREATE KEYSPACE IF NOT EXISTS " + settings.keyspace()
                        + " WITH replication = {'class': 'NetworkTopologyStrategy', '" + settings.datacenter() + "': "
                        + settings.replication() + "}");
        execute(
                session,
                "CREATE TABLE IF NOT EXISTS " + settings.keyspace()
                        + ".schema_migrations (step text PRIMARY KEY, applied_at timestamp)");
        Set<String> done = new TreeSet<>();
        for (Row row : session.execute("SELECT step FROM " + settings.keyspace() + ".schema_migrations")) {
            done.add(row.getString("step"));
        }
        List<String> missing =
                STEPS.stream().filter(step -> !done.contains(step)).toList();
        for (String step : missing) {
            for (String statement : COMMENT.matcher(read(step)).replaceAll("").split(";")) {
                if (!statement.isBlank()) {
                    execute(session, statement.strip().replaceFirst("EXISTS ", "EXISTS " + settings.keyspace() + "."));
                }
            }
            session.execute("INSERT INTO " + settings.keyspace() + ".schema_migrations (step, applied_at) VALUES ('"
                    + step + "', toTimestamp(now()))");
        }
        retain(session);
        return missing;
    }

    /** Bounds how long rows are kept. Rows that describe the present state, such as executors, get no limit. */
    private void retain(CqlSession session) {
        int seconds = (int) Duration.ofDays(settings.keepDays()).toSeconds();
        for (Row table : session.execute(
                "SELECT table_name, default_time_to_live FROM system_schema.tables WHERE keyspace_name = '"
                        + settings.keyspace() + "'")) {
            String name = String.valueOf(table.getString("table_name"));
            boolean isHistory = HISTORY.contains(name);
            // If no limit is configured, the history tables keep the limit with which they were created.
            if ((isHistory || VIEWS.contains(name))
                    && !(isHistory && seconds == 0)
                    && table.getInt("default_time_to_live") != seconds) {
                execute(
                        session,
                        "ALTER TABLE " + settings.keyspace() + "." + name + " WITH default_time_to_live = " + seconds);
            }
        }
    }

    private static void execute(CqlSession session, String cql) {
        session.execute(SimpleStatement.newInstance(cql).setTimeout(Duration.ofSeconds(30)));
    }

    private static String read(String step) {
        try (InputStream resource = CqlMigrations.class.getResourceAsStream("/dev/millrace/platform/cql/" + step)) {
            if (resource == null) {
                throw new IllegalStateException("the migration " + step + " is missing from the build");
            }
            return new String(resource.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
