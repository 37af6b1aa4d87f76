package dev.millrace.cli.command.option;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.cli.CliException;
import dev.millrace.cli.ExitCode;
import dev.millrace.cli.Screen;
import dev.millrace.cli.client.GatewayClient;
import dev.millrace.cli.watch.JobResults;
import dev.millrace.cli.watch.JobWatch;
import dev.millrace.schemas.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Handles the end of a watched job: prints the summary, stores the results and determines the exit code. */
public final class Report {
    private static final long VIEW_POLL_MS = 50;

    /** Longer than the embedded stack takes to restart a server that has ended. */
    private static final Duration VIEW_LIMIT = Duration.ofMinutes(2);

    private final Screen screen;
    private final GatewayClient gateway;
    private final String jobId;
    private final OutputFormat format;

    public Report(Screen screen, GatewayClient gateway, String jobId, OutputFormat format) {
        this.screen = screen;
        this.gateway = gateway;
        this.jobId = jobId;
        this.format = format;
    }

    /**
     * Prints the summary, stores the results and returns the exit code. If a job has passed but some of its results are missing, the exit
     * code is 5, so that a caller that reads only the exit code does not take the results for complete. Any other verdict keeps its own
     * exit code.
     *
     * @param end the job's last event
     * @param out the directory for the results; null to store none
     */
    public int finish(JsonNode end, @Nullable Path out) throws InterruptedException {
        String status = end.path("status").asText();
        var missing = new ArrayList<String>();
        @Nullable JobResults results = null;
        @Nullable Path junit = null;
        if (!status.equals("rejected")) {
            try {
                awaitViews(end.path("finishedAtMs").asLong(), out != null);
                if (out != null) {
                    results = new JobResults(gateway, jobId, out);
                    junit = results.junit().orElse(null);
                    results.fetch(
                            new JobResults.Wanted(false, true, true, true),
                            new JobResults.Wanted(false, false, true, true));
                }
            } catch (CliException e) {
                // The verdict is valid even if its details cannot be fetched now.
                missing.add("results: " + e.getMessage());
            }
            if (results != null) {
                results.warn(screen);
                missing.addAll(results.missing());
            } else {
                end.path(JobWatch.NOT_KEPT).forEach(it -> missing.add(it.asText()));
            }
        }
        try {
            if (format == OutputFormat.junit && !status.equals("rejected")) {
                printJunit(out != null, junit, missing);
            }
            print(end, status, out, results == null ? 0 : results.files(), junit, missing);
        } catch (IOException e) {
            throw new CliException(ExitCode.INFRASTRUCTURE, "the results cannot be written: " + e.getMessage());
        }
        int code = ExitCode.ofState(status);
        return code == ExitCode.OK && !missing.isEmpty() ? ExitCode.INFRASTRUCTURE : code;
    }

    /**
     * Waits until the views show the job's end. The views are slightly behind the events, and this command and later ones read the results
     * from the views. The views show the end of a job only after the end of all its tasks. If a server is down meanwhile and is restarted,
     * no results are lost.
     *
     * @param fetched whether results will be fetched afterwards; then this also waits until the gateway is ready
     */
    private void awaitViews(long finishedAtMs, boolean fetched) throws InterruptedException {
        long deadline = System.nanoTime() + VIEW_LIMIT.toNanos();
        String lacks = lacks(finishedAtMs, fetched);
        while (!lacks.isEmpty()) {
            if (System.nanoTime() > deadline) {
                throw new CliException(
                        ExitCode.INFRASTRUCTURE, lacks + ", and " + VIEW_LIMIT.toSeconds() + " s made no difference");
            }
            TimeUnit.MILLISECONDS.sleep(VIEW_POLL_MS);
            lacks = lacks(finishedAtMs, fetched);
        }
    }

    /** Returns why the results cannot be fetched yet; empty once they can be fetched. */
    private String lacks(long finishedAtMs, boolean fetched) {
        try {
            JsonNode job = gateway.job(jobId);
            // An earlier end is that of an earlier run.
            boolean ended =
                    job.hasNonNull("finishedAtMs") && job.path("finishedAtMs").asLong() >= finishedAtMs;
            return !ended
                    ? "the views have not caught up"
                    : fetched ? gateway.trouble().orElse("") : "";
        } catch (CliException e) {
            if (e.exitCode() == ExitCode.INFRASTRUCTURE) {
                return String.valueOf(e.getMessage());
            }
            throw e;
        }
    }

    private void print(
            JsonNode end, String status, @Nullable Path out, int files, @Nullable Path junit, List<String> missing) {
        if (format == OutputFormat.json) {
            ObjectNode report = end.deepCopy();
            report.remove(JobWatch.NOT_KEPT);
            if (out != null) {
                report.put("results", out.toString());
            }
            if (!missing.isEmpty()) {
                report.set("missing", Json.MAPPER.valueToTree(missing));
            }
            screen.result(report.toPrettyString());
        } else {
            summary(end, status, out, files, junit);
        }
        if (!missing.isEmpty()) {
            screen.note(screen.bad("the results are not complete") + ", " + missing.size() + " missing, first "
                    + Screen.safe(missing.get(0)) + "; try 'millrace fetch " + jobId + "'");
        }
    }

    private void printJunit(boolean fetched, @Nullable Path junit, List<String> missing) throws IOException {
        if (junit != null) {
            Files.copy(junit, screen.out());
        } else if (!fetched) {
            try {
                gateway.download("/v1/jobs/" + jobId + "/junit.xml", screen.out());
            } catch (IOException | CliException e) {
                missing.add("junit.xml: " + e.getMessage());
            }
        }
        screen.out().flush();
    }

    private void summary(JsonNode end, String status, @Nullable Path out, int files, @Nullable Path junit) {
        JsonNode counts = end.path("counts");
        long sinceMs = end.path("reopenedAtMs").asLong(end.path("submittedAtMs").asLong());
        double seconds = (end.path("finishedAtMs").asLong() - sinceMs) / 1000.0;
        String word = status.toUpperCase(Locale.ROOT);
        String line = (status.equals("passed") ? screen.good(word) : screen.bad(word)) + "  "
                + Screen.safe(end.path("name").asText()) + "  " + describe(counts)
                + String.format(Locale.ROOT, "  in %.1f s", seconds);
        say(line);
        if (status.equals("rejected") || status.equals("cancelled")) {
            say("reason: " + Screen.safe(end.path("reason").asText()));
        }
        if (out != null && !status.equals("rejected")) {
            int others = files - (junit == null ? 0 : 1);
            String there = (junit == null ? "no junit.xml" : "junit.xml")
                    + (others > 0 ? ", " + others + " logs and artifacts" : "");
            say("results: " + out + " (" + there + ")");
        }
    }

    /** Prints a line of the summary: to standard output in the text format, otherwise to standard error. */
    private void say(String line) {
        if (format == OutputFormat.text) {
            screen.result(line);
        } else {
            screen.note(line);
        }
    }

    public static String describe(JsonNode counts) {
        var text = new StringBuilder(
                counts.path("passed").asInt() + " of " + counts.path("total").asInt() + " tasks passed");
        Map<String, String> words = new java.util.LinkedHashMap<>();
        words.put("failed", "failed");
        words.put("timedOut", "timed out");
        words.put("flaky", "flaky");
        words.put("infrastructure", "undecided");
        words.put("cancelled", "cancelled");
        words.put("retried", "retried");
        words.forEach((field, word) -> {
            if (counts.path(field).asInt() > 0) {
                text.append(", ").append(counts.path(field).asInt()).append(' ').append(word);
            }
        });
        return text.toString();
    }

    public static ObjectNode object() {
        return Json.MAPPER.createObjectNode();
    }
}
