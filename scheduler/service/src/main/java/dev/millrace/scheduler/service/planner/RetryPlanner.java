package dev.millrace.scheduler.service.planner;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.millrace.platform.blob.BlobNotFoundException;
import dev.millrace.platform.blob.CorruptBlobException;
import dev.millrace.platform.blob.RefusedException;
import dev.millrace.platform.kafka.UnprocessableEventException;
import dev.millrace.scheduler.service.documents.Documents;
import dev.millrace.schemas.event.Event;
import dev.millrace.schemas.event.JobRetryPlanned;
import dev.millrace.schemas.event.JobRetryRequested;
import dev.millrace.schemas.event.RetryOf;
import dev.millrace.schemas.event.TaskQueued;
import dev.millrace.schemas.plan.Plan;
import dev.millrace.schemas.plan.PlannedScope;
import dev.millrace.schemas.plan.PlannedTask;
import io.vertx.core.Future;
import io.vertx.core.WorkerExecutor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Plans another run of a finished job: reads from the views which tasks are to run again, and copies these tasks unchanged from the job's
 * plan. The views lag behind the topics. A retry therefore fails and is tried again until the views show the end of the previous run and as
 * many tasks to run again as the request names. If the views disagree with the request for too long, the request goes to the dead letters.
 */
final class RetryPlanner {
    private final VerdictReader verdicts;
    private final Documents documents;
    private final PlanMemory memory;
    private final WorkerExecutor io;
    private final long patienceNanos;

    /** When the views first disagreed with each request that is still being tried, by job id and run. */
    private final Map<String, Long> disagreedNanos = new HashMap<>();

    RetryPlanner(VerdictReader verdicts, Documents documents, PlanMemory memory, WorkerExecutor io, long patienceMs) {
        this.verdicts = verdicts;
        this.documents = documents;
        this.memory = memory;
        this.io = io;
        this.patienceNanos = TimeUnit.MILLISECONDS.toNanos(patienceMs);
    }

    /** Thrown when the views do not show the end of the previous run yet. */
    static final class ViewsTrailException extends Exception {
        ViewsTrailException(String jobId, int run) {
            super("the views do not show the end of run " + run + " of job " + jobId + " yet");
        }
    }

    /**
     * Returns the events to publish, or an empty list if the requested run has already begun.
     *
     * <p>Fails with {@link UnprocessableEventException} if trying again cannot help, and with another exception if it may help.
     *
     * @param held receives the memory that the plan takes; the caller closes it
     */
    Future<List<Event>> replan(JobRetryRequested job, PlanMemory.Job held) {
        return verdicts.lastRun(job.jobId()).compose(shown -> {
            int run = shown.map(VerdictReader.Run::number).orElse(-1);
            if (run >= job.run()) {
                return Future.succeededFuture(List.of());
            }
            boolean ended = shown.map(VerdictReader.Run::finished).orElse(false);
            if (run < job.run() - 1 || !ended) {
                return notYet(job, new ViewsTrailException(job.jobId(), job.run() - 1));
            }
            // The plan takes memory that other jobs may wait for, so it is read last, when there is nothing else to
            // wait for.
            VerdictReader.Run last = shown.orElseThrow();
            return verdicts.read(job.jobId(), last.tasks())
                    .compose(all -> testsToRetry(job, all.subList(0, last.tests()))
                            .compose(tests -> epochs(job, last)
                                    .compose(epochs -> io.executeBlocking(
                                            () -> events(job, plan(job, held), new Past(all, epochs), tests), false))));
        });
    }

    /**
     * Returns a failure after which the request is tried again, or a final failure once the views have disagreed with the request for
     * {@code patienceNanos}.
     */
    private <T> Future<T> notYet(JobRetryRequested job, Exception difference) {
        String request = job.jobId() + "/" + job.run();
        long now = System.nanoTime();
        disagreedNanos.values().removeIf(since -> now - since > 2 * patienceNanos);
        if (now - disagreedNanos.computeIfAbsent(request, it -> now) < patienceNanos) {
            return Future.failedFuture(difference);
        }
        // The entry stays in the map, so repetitions of the request fail at once. Otherwise each of them would be tried
        // for just as long, one after the other.
        return Future.failedFuture(new UnprocessableEventException(String.valueOf(difference.getMessage())));
    }

    private Plan plan(JobRetryRequested job, PlanMemory.Job held) throws Exception {
        try {
            return memory.read(held, () -> documents.get(job.planDigest()));
        } catch (BlobNotFoundException | CorruptBlobException | RefusedException | JsonProcessingException e) {
            throw new UnprocessableEventException("the plan of the job cannot be read: " + e.getMessage());
        }
    }

    /** What became of the job's tasks in its runs so far, and how many epochs each scope had. */
    private record Past(List<VerdictReader.Ended> tasks, Map<String, Integer> epochs) {}

    private Future<Map<String, Integer>> epochs(JobRetryRequested job, VerdictReader.Run last) {
        if (last.scopes() == 0) {
            return Future.succeededFuture(Map.of());
        }
        return verdicts.epochs(job.jobId())
                .compose(found -> found.isPresent() && found.get().size() == last.scopes()
                        ? Future.succeededFuture(found.get())
                        : notYet(job, new ViewsTrailException(job.jobId(), job.run() - 1)));
    }

    private Future<List<VerdictReader.Ended>> testsToRetry(JobRetryRequested job, List<VerdictReader.Ended> all) {
        List<VerdictReader.Ended> toRetry = all.stream()
                .filter(ended -> !job.failedOnly() || !ended.passed())
                .toList();
        if (toRetry.size() == job.tasks()) {
            disagreedNanos.remove(job.jobId() + "/" + job.run());
            return Future.succeededFuture(toRetry);
        }
        return notYet(
                job,
                new IllegalStateException(
                        "the views have " + toRetry.size() + " tasks to retry, the request says " + job.tasks()));
    }

    private static List<Event> events(JobRetryRequested job, Plan plan, Past past, List<VerdictReader.Ended> toRetry)
            throws UnprocessableEventException {
        if (past.tasks().size() > plan.tasks().size()) {
            throw new UnprocessableEventException(
                    "the plan of the job has only " + plan.tasks().size() + " tasks");
        }
        var again = new ArrayList<PlannedTask>();
        toRetry.forEach(ended -> again.add(plan.tasks().get(ended.index())));
        List<PlannedTask> steps = scopeSteps(plan, again, past.epochs());
        again.addAll(steps);
        var tasks = new ArrayList<TaskQueued>();
        int position = plan.tests() - toRetry.size();
        for (PlannedTask task : again) {
            VerdictReader.Ended before = past.tasks().get(task.index());
            // A set-up or tear-down runs once an epoch, so it may have had more runs than the job.
            int run = task.isTest() ? job.run() : Math.max(job.run(), before.run() + 1);
            var retryOf = new RetryOf(run, before.attempts(), position);
            tasks.add(Planner.queued(job.jobId(), job.pool(), plan.project(), job.planDigest(), task, retryOf));
            position++;
        }
        var events = new ArrayList<Event>();
        events.add(new JobRetryPlanned(
                job.jobId(),
                job.pool(),
                job.by(),
                job.run(),
                job.failedOnly(),
                job.planDigest(),
                toRetry.size(),
                Planner.taskBytes(tasks),
                steps.isEmpty() ? null : steps.size() / 2));
        events.addAll(tasks);
        return events;
    }

    /** Returns the set-ups and tear-downs of the scopes that the tests belong to. Their next epochs follow the earlier ones. */
    private static List<PlannedTask> scopeSteps(Plan plan, List<PlannedTask> tests, Map<String, Integer> epochs) {
        Set<String> ids = tests.stream()
                .flatMap(test -> Stream.ofNullable(test.scope()))
                .map(PlannedScope::id)
                .collect(Collectors.toSet());
        return plan.tasks().subList(plan.tests(), plan.tasks().size()).stream()
                .filter(step ->
                        step.scope() != null && ids.contains(step.scope().id()))
                .map(step -> step.afterEpochs(
                        epochs.getOrDefault(Objects.requireNonNull(step.scope()).id(), 0)))
                .toList();
    }
}
