package dev.millrace.gateway.api;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.gateway.junit.JUnitXml;
import dev.millrace.gateway.view.JobView;
import dev.millrace.gateway.view.JobViews;
import dev.millrace.gateway.view.TaskView;
import dev.millrace.platform.blob.BlobClient;
import dev.millrace.platform.http.HttpProblemException;
import dev.millrace.schemas.blob.Digest;
import dev.millrace.schemas.codec.Json;
import dev.millrace.schemas.event.AttemptResult;
import dev.millrace.schemas.event.CaseCounts;
import dev.millrace.schemas.event.Outcome;
import dev.millrace.schemas.plan.Plan;
import io.vertx.core.WorkerExecutor;
import io.vertx.ext.web.RoutingContext;
import java.io.BufferedOutputStream;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The merged JUnit XML of a finished job. */
public final class JUnitApi {
    private static final int PAGE = 1_000;
    private static final Map<String, Outcome> OUTCOMES = Arrays.stream(Outcome.values())
            .collect(Collectors.toUnmodifiableMap(Outcome::wireName, Function.identity()));

    private final WorkerExecutor workers;
    private final BlobClient blobs;
    private final JobViews views;
    private final JobsApi jobs;

    public JUnitApi(WorkerExecutor workers, BlobClient blobs, JobViews views, JobsApi jobs) {
        this.workers = workers;
        this.blobs = blobs;
        this.views = views;
        this.jobs = jobs;
    }

    void junit(RoutingContext context) {
        String jobId = Answers.jobId(context);
        jobs.find(jobId)
                .compose(job -> {
                    if (!job.finished()) {
                        throw new HttpProblemException(
                                409, "job-not-finished", "job " + jobId + " is still " + job.state());
                    }
                    return workers.executeBlocking(
                            () -> {
                                List<TaskView> tasks = allTasks(job);
                                if (tasks.size() < job.counts().total()
                                        || !tasks.stream()
                                                .allMatch(task -> task.state().equals("done"))) {
                                    throw new HttpProblemException(
                                            503, "view-behind", "the view of the tasks is not complete yet");
                                }
                                context.response().setChunked(true).putHeader("Content-Type", "application/xml");
                                write(job, tasks, ByteStreams.output(context.response()));
                                return true;
                            },
                            false);
                })
                .compose(done -> context.response().end())
                .onFailure(context::fail);
    }

    private void write(JobView job, List<TaskView> tasks, OutputStream to) throws Exception {
        Plan plan = job.planDigest() == null
                ? null
                : Json.MAPPER.readValue(blobs.get(new Digest(job.planDigest())), Plan.class);
        CaseCounts total = CaseCounts.NONE;
        for (TaskView task : tasks) {
            total = total.plus(counts(task, unitsOf(plan, task)));
        }
        Long finishedAtMs = job.finishedAtMs();
        try (var out = new BufferedOutputStream(to, 64 * 1024)) {
            var xml = new JUnitXml(out);
            xml.begin(job.name(), total, finishedAtMs == null ? 0 : finishedAtMs - job.submittedAtMs());
            for (TaskView task : tasks) {
                write(xml, job, task, unitsOf(plan, task));
            }
            xml.end();
        }
    }

    private static List<String> unitsOf(@org.jspecify.annotations.Nullable Plan plan, TaskView task) {
        return plan == null ? List.of() : plan.tasks().get(task.index()).units();
    }

    /** What {@link #write} will write for the task. */
    private static CaseCounts counts(TaskView task, List<String> units) {
        AttemptResult result = task.result();
        if (result != null && result.cases() != null) {
            return result.counts();
        }
        CaseCounts counts = CaseCounts.NONE;
        for (int i = 0; i < Math.max(1, units.size()); i++) {
            counts = counts.plus(JUnitXml.countOf(outcome(task)));
        }
        return counts;
    }

    private static Outcome outcome(TaskView task) {
        Outcome outcome = OUTCOMES.get(String.valueOf(task.outcome()));
        return outcome == null ? Outcome.EXPIRED : outcome;
    }

    private void write(JUnitXml xml, JobView job, TaskView task, List<String> units) throws Exception {
        AttemptResult result = task.result();
        Long durationMs = task.durationMs();
        if (result != null && result.cases() != null) {
            xml.cases(lines(result.cases()));
        } else if (units.isEmpty()) {
            xml.task(job.name(), task.name(), outcome(task), task.reason(), durationMs == null ? 0 : durationMs);
        } else {
            for (String unit : units) {
                xml.task(unit, "did not run", outcome(task), task.reason(), 0);
            }
        }
    }

    private List<JsonNode> lines(Digest cases) throws IOException {
        var lines = new ArrayList<JsonNode>();
        try (var in = new BufferedReader(new InputStreamReader(blobs.open(cases), StandardCharsets.UTF_8))) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                parse(line).ifPresent(lines::add);
            }
        }
        return lines;
    }

    /** Nothing for the line its runner died in; the case it was about has an error of its own. */
    private static Optional<JsonNode> parse(String line) {
        try {
            return Optional.of(Json.MAPPER.readTree(line));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private List<TaskView> allTasks(JobView job) throws Exception {
        int total = job.counts().total();
        var all = new ArrayList<TaskView>();
        for (int from = 0; from < total; from += PAGE) {
            all.addAll(views.tasks(job.id(), from, Math.min(PAGE, total - from), total)
                    .toCompletionStage()
                    .toCompletableFuture()
                    .get(30, TimeUnit.SECONDS));
        }
        return all;
    }
}
