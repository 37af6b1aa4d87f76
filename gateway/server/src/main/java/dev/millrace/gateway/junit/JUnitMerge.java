package dev.millrace.gateway.junit;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import dev.millrace.gateway.view.JobView;
import dev.millrace.gateway.view.JobViews;
import dev.millrace.gateway.view.TaskView;
import dev.millrace.platform.blob.BlobClient;
import dev.millrace.platform.problem.HttpProblemException;
import dev.millrace.platform.problem.ProblemKind;
import dev.millrace.schemas.blob.Digest;
import dev.millrace.schemas.event.AttemptResult;
import dev.millrace.schemas.event.CaseCounts;
import dev.millrace.schemas.event.Outcome;
import dev.millrace.schemas.json.Json;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.stream.Collectors;
import javax.xml.stream.XMLStreamException;
import org.jspecify.annotations.Nullable;

/**
 * Writes the JUnit XML of one finished job while it reads the results. It reads the tasks page by page, and the results of one task at a
 * time through a file. In memory it holds a page of tasks, the unit names of all tasks if one of them has no results, and the index of one
 * task's results. Blocking; for use by one thread.
 */
public final class JUnitMerge {
    private static final int PAGE = 100;
    private static final long PAGE_TIMEOUT_S = 30;
    private static final Map<String, Outcome> OUTCOMES = Arrays.stream(Outcome.values())
            .collect(Collectors.toUnmodifiableMap(Outcome::wireName, Function.identity()));

    private final JobViews views;
    private final BlobClient blobs;
    private final ResultSpool spool;
    private final JobView job;
    private final BooleanSupplier abandoned;
    private @Nullable List<Units> plan;

    /** The parts of a planned task that the merge needs. */
    @JsonIgnoreProperties(ignoreUnknown = true)
    private record Units(@Nullable List<String> units) {}

    @JsonIgnoreProperties(ignoreUnknown = true)
    private record UnitsOfPlan(List<Units> tasks) {}

    private interface OfTask {
        void take(TaskView task) throws IOException, XMLStreamException;
    }

    /** @param abandoned returns whether nobody waits for the merge any more; it is called before each task, and true ends the merge */
    public JUnitMerge(JobViews views, BlobClient blobs, ResultSpool spool, JobView job, BooleanSupplier abandoned) {
        this.views = views;
        this.blobs = blobs;
        this.spool = spool;
        this.job = job;
        this.abandoned = abandoned;
    }

    /**
     * Counts all cases that {@link #write} will write, from the results of the deciding attempts. If an executor did not keep all results
     * of a task, the kept results are read and counted.
     *
     * @throws HttpProblemException with status 503 while the view of the tasks is not complete
     */
    public CaseCounts count() throws IOException, XMLStreamException {
        var total = new CaseCounts[] {CaseCounts.NONE};
        var tasks = new int[1];
        forEach(task -> {
            if (!task.state().equals("done")) {
                throw behind();
            }
            tasks[0]++;
            if (!isShown(task)) {
                return;
            }
            total[0] = total[0].plus(counts(task));
        });
        if (tasks[0] < job.tasks()) {
            throw behind();
        }
        return total[0];
    }

    /** Returns whether the report has the task. Set-ups and tear-downs of scopes are no tests, so only those that failed are shown. */
    private static boolean isShown(TaskView task) {
        return task.role() == null || !("passed".equals(task.verdict()) || "cancelled".equals(task.verdict()));
    }

    private static HttpProblemException behind() {
        return new HttpProblemException(ProblemKind.VIEW_BEHIND, "the view of the tasks is not complete yet");
    }

    /**
     * Writes the whole document.
     *
     * @param total the counts that {@link #count} returned
     * @throws IOException if results cannot be fetched, or differ from those that were counted; then the output is incomplete
     */
    public void write(CaseCounts total, OutputStream to) throws IOException, XMLStreamException {
        Long finishedAtMs = job.finishedAtMs();
        var written = new CaseCounts[] {CaseCounts.NONE};
        try (var out = new BufferedOutputStream(to, 64 * 1024)) {
            var xml = new JUnitXml(out);
            xml.begin(job.name(), total, finishedAtMs == null ? 0 : finishedAtMs - job.submittedAtMs());
            forEach(task -> {
                if (isShown(task)) {
                    written[0] = written[0].plus(write(xml, task));
                }
            });
            if (!written[0].equals(total)) {
                throw new IOException("the results of job " + job.id() + " are not those that were counted");
            }
            xml.end();
        }
    }

    private void forEach(OfTask action) throws IOException, XMLStreamException {
        int total = job.tasks();
        for (int from = 0; from < total; ) {
            JobViews.Tasks page = page(from, Math.min(PAGE, total - from), total);
            for (TaskView task : page.tasks()) {
                if (abandoned.getAsBoolean()) {
                    throw new IOException("the reader is gone");
                }
                action.take(task);
            }
            from = page.next();
        }
    }

    private JobViews.Tasks page(int from, int limit, int total) throws IOException {
        try {
            return views.tasks(job.id(), from, limit, total)
                    .toCompletionStage()
                    .toCompletableFuture()
                    .get(PAGE_TIMEOUT_S, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new IOException("the tasks of job " + job.id() + " cannot be read", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    private List<String> unitsOf(TaskView task) throws IOException {
        String digest = job.planDigest();
        if (digest == null) {
            return List.of();
        }
        List<Units> known = plan;
        if (known == null) {
            try (InputStream in = blobs.open(new Digest(digest))) {
                known = Json.MAPPER.readValue(in, UnitsOfPlan.class).tasks();
            }
            plan = known;
        }
        List<String> units = known.get(task.index()).units();
        return units == null ? List.of() : units;
    }

    /** Returns the counts of the cases that {@link #write} will write for the task. */
    private CaseCounts counts(TaskView task) throws IOException {
        AttemptResult result = task.result();
        Digest cases = result == null ? null : result.cases();
        if (result != null && cases != null) {
            return result.casesLeftOut() == null
                    ? result.counts().plus(ofEnd(task, result.counts()))
                    : kept(cases).plus(JUnitXml.NOT_KEPT);
        }
        CaseCounts one = JUnitXml.countOf(outcome(task));
        CaseCounts counts = one;
        for (int i = 1; i < unitsOf(task).size(); i++) {
            counts = counts.plus(one);
        }
        return counts;
    }

    /**
     * Returns the counts of a case that is added for the end of the task. It is added if the task failed and none of its cases did, for
     * example because the process crashed at its end. Otherwise a report would look like that of a success.
     */
    private static CaseCounts ofEnd(TaskView task, CaseCounts cases) {
        CaseCounts end = JUnitXml.countOf(outcome(task));
        boolean missing = end.failed() + end.errors() > 0 && cases.failed() + cases.errors() == 0;
        return missing ? end : CaseCounts.NONE;
    }

    private CaseCounts kept(Digest cases) throws IOException {
        var counts = new CaseCounts[1];
        try (InputStream in = blobs.open(cases)) {
            spool.<IOException>with(in, file -> counts[0] = JUnitXml.countsOf(file));
        }
        return counts[0];
    }

    private static Outcome outcome(TaskView task) {
        Outcome outcome = OUTCOMES.get(String.valueOf(task.outcome()));
        return outcome == null ? Outcome.EXPIRED : outcome;
    }

    /** Returns the counts of what it wrote. */
    private CaseCounts write(JUnitXml xml, TaskView task) throws IOException, XMLStreamException {
        AttemptResult result = task.result();
        if (result != null && result.cases() != null) {
            var written = new CaseCounts[1];
            try (InputStream in = blobs.open(result.cases())) {
                spool.<XMLStreamException>with(in, file -> written[0] = xml.cases(task.name(), file));
            }
            Long lines = result.casesLeftOut();
            if (lines == null) {
                CaseCounts end = ofEnd(task, written[0]);
                if (!end.equals(CaseCounts.NONE)) {
                    xml.task(task.name(), "end of the task", outcome(task), task.reason(), 0);
                }
                return written[0].plus(end);
            }
            xml.notKept(task.name(), lines, minus(result.counts(), written[0]));
            return written[0].plus(JUnitXml.NOT_KEPT);
        }
        List<String> units = unitsOf(task);
        Long durationMs = task.durationMs();
        if (units.isEmpty()) {
            xml.task(job.name(), task.name(), outcome(task), task.reason(), durationMs == null ? 0 : durationMs);
        }
        for (String unit : units) {
            xml.task(unit, "did not run", outcome(task), task.reason(), 0);
        }
        return counts(task);
    }

    private static CaseCounts minus(CaseCounts all, CaseCounts some) {
        return new CaseCounts(
                all.found() - some.found(),
                all.skipped() - some.skipped(),
                all.failed() - some.failed(),
                all.errors() - some.errors());
    }
}
