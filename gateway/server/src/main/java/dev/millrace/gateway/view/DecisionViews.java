package dev.millrace.gateway.view;

import com.datastax.oss.driver.api.core.cql.Row;
import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.platform.cassandra.Cassandra;
import dev.millrace.platform.cassandra.Query;
import dev.millrace.schemas.Ids;
import dev.millrace.schemas.json.Json;
import io.vertx.core.Future;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Reads the decisions about a task and about the job that it belongs to. They explain why things happened. */
public final class DecisionViews {
    /**
     * Maximum number of decisions that are read. A task has a few decisions for each attempt, and the number of attempts is limited, so
     * this is only a safeguard.
     */
    private static final int MAX_DECISIONS = 1_000;

    private static final int TASKS_PER_BUCKET = 1_000;
    private static final int WHOLE_JOB = -1;

    private final Query decisions;

    /** One decision with all the data that it was based on. */
    public record DecisionView(long sequence, String type, long atMs, JsonNode data) {}

    public DecisionViews(Cassandra cassandra) {
        this.decisions = cassandra.query("SELECT * FROM " + cassandra.keyspace()
                + ".decisions WHERE job_id = ? AND bucket = ? AND task_index = ? LIMIT ?");
    }

    /** Returns the decisions about the task and its job, in the order in which they were made. */
    public Future<List<DecisionView>> ofTask(String taskId) {
        int index = Ids.indexOfTask(taskId);
        String jobId = Ids.jobOfTask(taskId);
        var own = read(jobId, index / TASKS_PER_BUCKET, index);
        var ofJob = read(jobId, 0, WHOLE_JOB);
        return Future.all(own, ofJob).map(done -> {
            var all = new ArrayList<>(own.result());
            all.addAll(ofJob.result());
            all.sort(Comparator.comparingLong(DecisionView::sequence));
            return all;
        });
    }

    private Future<List<DecisionView>> read(String jobId, int bucket, int index) {
        return decisions.execute(jobId, bucket, index, MAX_DECISIONS).map(set -> {
            var found = new ArrayList<DecisionView>();
            set.currentPage().forEach(row -> found.add(view(row)));
            return found;
        });
    }

    private static DecisionView view(Row row) {
        try {
            return new DecisionView(
                    row.getLong("sequence"),
                    Rows.text(row, "type"),
                    row.getLong("at"),
                    Json.MAPPER.readTree(Rows.text(row, "data")));
        } catch (IOException e) {
            throw new UncheckedIOException("a stored decision cannot be read", e);
        }
    }
}
