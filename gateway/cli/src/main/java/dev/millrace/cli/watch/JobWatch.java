package dev.millrace.cli.watch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.cli.Screen;
import dev.millrace.cli.client.GatewayClient;
import dev.millrace.cli.client.JobEvents;
import dev.millrace.schemas.json.Json;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Watches a job to its end. */
public final class JobWatch {
    /** The field in the result of {@link #toTheEnd} that names the tasks for which some results of test cases were not kept. */
    public static final String NOT_KEPT = "notKept";

    private final Screen screen;
    private final GatewayClient gateway;
    private final String jobId;
    private final boolean submittedHere;
    private final int run;
    private final List<String> notKept = new ArrayList<>();
    private long reopenedAtMs;

    /**
     * @param submittedHere whether this process has just submitted or retried the job
     * @param run the number of the run to follow; 0 for the last run that the gateway knows
     */
    public JobWatch(Screen screen, GatewayClient gateway, String jobId, boolean submittedHere, int run) {
        this.submittedHere = submittedHere;
        this.run = run;
        this.screen = screen;
        this.gateway = gateway;
        this.jobId = jobId;
    }

    /**
     * Waits for the job's end and returns the data of its last event: the status, the counts, the reason and, if it was not the first run,
     * the start time of the run.
     */
    public JsonNode toTheEnd() throws InterruptedException {
        return toTheEnd(() -> {});
    }

    /** @param idle runs a few times a second while no event arrives; an exception that it throws ends this method */
    public JsonNode toTheEnd(Runnable idle) throws InterruptedException {
        try (Progress progress = screen.isTerminal() ? new BarProgress(screen) : new LineProgress(screen)) {
            JsonNode end = new JobEvents(gateway, jobId, submittedHere, run)
                    .follow(event -> show(event, progress), trouble -> progress.line(Screen.safe(trouble)), idle);
            ObjectNode data = end.path("data").deepCopy();
            if (reopenedAtMs > 0) {
                data.put("reopenedAtMs", reopenedAtMs);
            }
            if (!notKept.isEmpty()) {
                data.set(NOT_KEPT, Json.MAPPER.valueToTree(notKept));
            }
            if (data.path("counts").path("total").asLong() > 0) {
                progress.counts(data.path("counts"));
            }
            return data;
        }
    }

    private void show(JsonNode event, Progress progress) {
        JsonNode data = event.path("data");
        switch (event.path("type").asText()) {
            case "dev.millrace.job.retry-started.v1" -> {
                reopenedAtMs = Instant.parse(event.path("time").asText()).toEpochMilli();
                progress.counts(data.path("counts"));
            }
            case "dev.millrace.job.progress.v1" -> progress.counts(data.path("counts"));
            case "dev.millrace.job.cancelling.v1" ->
                progress.line("cancelling: " + Screen.safe(data.path("reason").asText()));
            case "dev.millrace.task.retry-scheduled.v1" -> {
                if (!data.path("budget").asText().equals("free")) {
                    progress.line(screen.dim("retry   ") + data.path("taskId").asText() + "  attempt "
                            + data.path("attempt").asInt() + " "
                            + data.path("outcome").asText() + ": "
                            + Screen.safe(data.path("reason").asText()));
                }
            }
            case "dev.millrace.task.completed.v1" -> completed(data, progress);
            case "dev.millrace.scope.activated.v1" -> scope(data, "is set up", progress);
            case "dev.millrace.scope.hold-warned.v1" ->
                scope(
                        data,
                        "has held domain " + Screen.safe(data.path("domain").asText()) + " for "
                                + data.path("heldMs").asLong() / 1_000 + " s, and "
                                + data.path("maxHoldMs").asLong() / 1_000 + " s is the most",
                        progress);
            case "dev.millrace.scope.closed.v1" -> {
                if (data.hasNonNull("heldMs")) {
                    scope(
                            data,
                            Screen.safe(data.path("reason").asText())
                                    + (data.path("again").asBoolean() ? "; it is opened again" : ""),
                            progress);
                }
            }
            case "dev.millrace.scope.quarantined.v1" ->
                progress.line(screen.bad("ERROR   ") + "domain "
                        + Screen.safe(data.path("domain").asText()) + " is in quarantine: "
                        + Screen.safe(data.path("reason").asText()));
            default -> {
                // Placements and starts are in the counts.
            }
        }
    }

    private void scope(JsonNode event, String what, Progress progress) {
        progress.line(screen.dim("scope   ") + Screen.safe(event.path("scope").asText()) + "  " + what);
    }

    private void completed(JsonNode task, Progress progress) {
        String verdict = task.path("verdict").asText();
        boolean step = task.hasNonNull("role");
        if (verdict.equals("cancelled") || (step && verdict.equals("passed"))) {
            return;
        }
        String name = Screen.safe(task.path("name").asText());
        Optional<String> lacks = LeftOutCases.of(task);
        lacks.ifPresent(what -> notKept.add("test cases of " + task.path("name").asText() + ": " + what));
        String time = String.format(
                Locale.ROOT, "%.1f s", task.path("result").path("durationMs").asLong() / 1000.0);
        if (verdict.equals("passed")) {
            String flaky = task.path("flaky").asBoolean()
                    ? "  (flaky: attempt " + task.path("attempts").asInt() + ")"
                    : "";
            progress.line(screen.good("passed  ") + name + "  " + screen.dim(time) + flaky
                    + lacks.map(what -> "  " + screen.bad("warning: ") + what).orElse(""));
        } else {
            progress.line(screen.bad(verdict.equals("failed") ? "FAILED  " : "ERROR   ") + name + "  "
                    + screen.dim(time) + "  " + task.path("outcome").asText() + ": "
                    + Screen.safe(task.path("reason").asText()));
        }
    }
}
