package dev.millrace.scheduler;

import dev.millrace.scheduler.model.CoreConfig;
import dev.millrace.scheduler.model.RetryRecord;
import dev.millrace.schemas.event.AttemptDropped;
import dev.millrace.schemas.event.Decision;
import dev.millrace.schemas.event.Epoch;
import dev.millrace.schemas.event.Event;
import dev.millrace.schemas.event.ExecutorJoined;
import dev.millrace.schemas.event.ExecutorMarked;
import dev.millrace.schemas.event.ExecutorOnline;
import dev.millrace.schemas.event.JobCancelling;
import dev.millrace.schemas.event.JobCompleted;
import dev.millrace.schemas.event.JobIncomplete;
import dev.millrace.schemas.event.JobRetryStarted;
import dev.millrace.schemas.event.JobStarted;
import dev.millrace.schemas.event.JobStatus;
import dev.millrace.schemas.event.Needs;
import dev.millrace.schemas.event.Outcome;
import dev.millrace.schemas.event.RetryBudget;
import dev.millrace.schemas.event.RetryScheduled;
import dev.millrace.schemas.event.Role;
import dev.millrace.schemas.event.Standing;
import dev.millrace.schemas.event.TaskCompleted;
import dev.millrace.schemas.event.TaskDispatched;
import dev.millrace.schemas.event.TaskHedged;
import dev.millrace.schemas.event.TaskPlaced;
import dev.millrace.schemas.event.TaskReopened;
import dev.millrace.schemas.event.Verdict;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Checks the events that the scheduler publishes, without access to its state. Fails on the first decision that breaks a promise. Examples
 * of broken promises: a gap in the sequence; a second verdict or second opinion of a task, or a second end of a job; an end that does not
 * agree with the verdicts; a dispatch after the verdict or of a cancelled job; the end of an attempt that is not live; a second live
 * attempt of a task that may not be repeated; a dispatch to an executor that lacks what the task needs.
 */
final class DecisionChecker {
    private record Declared(boolean repeatable, Needs needs, int retries) {}

    private record LivePlace(int attempt, Epoch epoch, String executorId) {}

    private final Map<String, Declared> tasks = new HashMap<>();
    private final Map<String, ExecutorOnline> executors = new HashMap<>();
    private final Map<String, List<LivePlace>> live = new HashMap<>();
    private final Map<String, TaskCompleted> verdicts = new LinkedHashMap<>();
    private final Map<String, JobCompleted> ends = new HashMap<>();
    private final Set<String> cancelling = new HashSet<>();
    private final Set<String> cancelledByOthers = new HashSet<>();
    private final Map<String, Integer> missing = new HashMap<>();
    private final Map<String, Integer> missingAtFirst = new HashMap<>();
    private final Map<String, Integer> secondOpinions = new HashMap<>();
    private final Set<String> ofScopes = new HashSet<>();
    private final Map<String, Integer> tests = new HashMap<>();
    private long sequence;
    private final Map<String, Integer> testRetries = new HashMap<>();
    private final Map<String, Integer> infrastructureRetries = new HashMap<>();
    private final Set<String> outOfService = new HashSet<>();
    private final Map<String, Integer> hedgeSlots = new HashMap<>();
    private int hedges;

    void task(String taskId, boolean repeatable, Needs needs, int retries) {
        tasks.put(taskId, new Declared(repeatable, needs, retries));
    }

    /** Notes that a task sets a scope up or tears it down, so that it is no test of its job. */
    void ofScope(String taskId) {
        ofScopes.add(taskId);
    }

    boolean isOfScope(String taskId) {
        return ofScopes.contains(taskId);
    }

    void executor(ExecutorOnline online) {
        executors.put(online.incarnation(), online);
    }

    Map<String, TaskCompleted> verdicts() {
        return verdicts;
    }

    Map<String, JobCompleted> ends() {
        return ends;
    }

    /** Returns how many tasks of the job's current run never reached the scheduler, according to its {@link JobIncomplete} events. */
    int missing(String jobId) {
        return missing.getOrDefault(jobId, 0);
    }

    /** Returns how many tasks of the job's first run never reached the scheduler. These tasks have no verdict from that run. */
    int missingAtFirst(String jobId) {
        return missingAtFirst.getOrDefault(jobId, 0);
    }

    int hedges() {
        return hedges;
    }

    void check(Event event, boolean mayPlace) {
        if (event instanceof Decision decision) {
            require(
                    decision.sequence() == sequence + 1,
                    "the sequence has a gap or goes back after " + sequence,
                    event);
            sequence = decision.sequence();
        }
        if (event instanceof TaskPlaced it) {
            require(live(it.taskId()).isEmpty(), "placed while an attempt is live", event);
            live(it.taskId()).add(new LivePlace(it.attempt(), it.epoch(), it.executorId()));
        } else if (event instanceof TaskHedged it) {
            hedged(it);
        } else if (event instanceof AttemptDropped it) {
            require(live(it.taskId()).size() == 2, "dropped without another attempt", event);
            charge(it.taskId(), it.budget(), it.outcome(), event);
            end(it.taskId(), it.attempt(), it.epoch(), event);
        } else if (event instanceof RetryScheduled it) {
            charge(it.taskId(), it.budget(), it.outcome(), event);
            end(it.taskId(), it.attempt(), it.epoch(), event);
            require(live(it.taskId()).isEmpty(), "to be retried while another attempt is live", event);
        } else if (event instanceof TaskDispatched it) {
            dispatched(it, mayPlace);
        } else if (event instanceof TaskCompleted it) {
            completed(it);
        } else if (event instanceof TaskReopened it) {
            TaskCompleted before = verdicts.remove(it.taskId());
            testRetries.remove(it.taskId());
            infrastructureRetries.remove(it.taskId());
            secondOpinions.remove(it.taskId());
            boolean next = it.executorId() == null ? it.run() > run(before) : it.run() == run(before) + 1;
            // The set-up or tear-down of a scope has no verdict if it did not arrive in the run before.
            boolean isNew = before == null && isOfScope(it.taskId());
            require(isNew || (before != null && next), "reopened without a verdict to replace", event);
            require(!ends.containsKey(it.jobId()), "reopened after the end of its job", event);
        } else if (event instanceof ExecutorMarked it) {
            standing(it.executorId(), it.standing());
        } else if (event instanceof ExecutorJoined it) {
            standing(it.executorId(), it.standing());
        } else if (event instanceof JobRetryStarted it) {
            JobCompleted before = ends.remove(it.jobId());
            require(before != null && it.run() > run(before), "runs again without having ended", event);
            cancelling.remove(it.jobId());
            cancelledByOthers.remove(it.jobId());
            missing.remove(it.jobId());
        } else if (event instanceof JobCancelling it) {
            cancelling.add(it.jobId());
            if (!Boolean.TRUE.equals(it.failedFast())) {
                cancelledByOthers.add(it.jobId());
            }
        } else if (event instanceof JobStarted it) {
            tests.put(it.jobId(), it.tasks());
        } else if (event instanceof JobIncomplete it) {
            int end = Math.min(it.position() + it.tasks(), tests.getOrDefault(it.jobId(), 0));
            int lost = Math.max(0, end - it.position());
            missing.merge(it.jobId(), lost, Integer::sum);
            if (it.run() == 0) {
                missingAtFirst.merge(it.jobId(), lost, Integer::sum);
            }
        } else if (event instanceof JobCompleted it) {
            require(ends.put(it.jobId(), it) == null, "a second end", event);
            ended(it);
        }
    }

    /** Checks that the status of a job agrees with the verdicts of its tasks, or is cancelled if somebody cancelled the job. */
    private void ended(JobCompleted it) {
        boolean lostItsRetry = missing(it.jobId()) > 0 && run(it) > 0;
        if (it.status() == JobStatus.REJECTED || lostItsRetry) {
            // A rejected job has no verdicts. A job that lost tasks of its retry still has verdicts of an earlier run.
            return;
        }
        List<TaskCompleted> gating = verdicts.values().stream()
                .filter(verdict -> verdict.jobId().equals(it.jobId()) && verdict.gating())
                .filter(verdict -> !isOfScope(verdict.taskId()))
                .toList();
        JobStatus due = JobStatus.PASSED;
        if (cancelledByOthers.contains(it.jobId())) {
            due = JobStatus.CANCELLED;
        } else if (gating.stream().anyMatch(verdict -> verdict.verdict() == Verdict.FAILED)) {
            due = JobStatus.FAILED;
        } else if (missing(it.jobId()) > 0
                || gating.stream().anyMatch(verdict -> verdict.verdict() == Verdict.INFRASTRUCTURE)) {
            due = JobStatus.INFRASTRUCTURE;
        }
        require(it.status() == due, "its verdicts say " + due, it);
    }

    private static int run(@Nullable TaskCompleted verdict) {
        return verdict == null ? -1 : verdict.run();
    }

    private static int run(JobCompleted end) {
        return end.run() == null ? 0 : end.run();
    }

    private void hedged(TaskHedged it) {
        hedges++;
        List<LivePlace> attempts = live(it.taskId());
        require(attempts.size() == 1, "hedged with " + attempts.size() + " live attempts", it);
        require(!attempts.get(0).executorId().equals(it.executorId()), "hedged on the same executor", it);
        require(declared(it.taskId()).repeatable(), "hedged though not repeatable", it);
        require(it.hedges() + it.slots() <= it.hedgeLimit(), "more second attempts than allowed", it);
        int held = hedgeSlots.values().stream().mapToInt(slots -> slots).sum();
        require(it.hedges() == held, "second attempts hold " + held + " slots", it);
        hedgeSlots.put(it.taskId(), it.slots());
        attempts.add(new LivePlace(it.attempt(), it.epoch(), it.executorId()));
    }

    private void dispatched(TaskDispatched it, boolean mayPlace) {
        require(mayPlace, "dispatched by an uncommitted generation", it);
        require(!verdicts.containsKey(it.taskId()), "dispatched after its verdict", it);
        boolean isTeardown = it.scope() != null && it.scope().role() == Role.TEARDOWN;
        require(isTeardown || !cancelling.contains(it.jobId()), "dispatched though its job is cancelled", it);
        require(!outOfService.contains(it.executorId()), "sent to an executor that is out of service", it);
        boolean decided = live(it.taskId()).stream()
                .anyMatch(attempt -> attempt.epoch().equals(it.epoch())
                        && attempt.executorId().equals(it.executorId()));
        require(decided, "dispatched without a decision", it);
        ExecutorOnline executor = executors.get(it.incarnation());
        Needs needs = declared(it.taskId()).needs();
        require(
                executor != null && fits(executor, needs),
                "sent where it cannot run: " + needs + " on " + executor,
                it);
    }

    private static boolean fits(ExecutorOnline executor, Needs needs) {
        return executor.labels().entrySet().containsAll(needs.labels().entrySet())
                && (executor.capacity() == null || executor.capacity().cpuMillis() >= needs.cpuMillis());
    }

    private void completed(TaskCompleted it) {
        require(verdicts.put(it.taskId(), it) == null, "a second verdict", it);
        retriesUsed(it);
        if (it.epoch() != null) {
            end(it.taskId(), it.decidedBy() == null ? -1 : it.decidedBy(), it.epoch(), it);
        } else {
            boolean byNobody = it.outcome() == Outcome.CANCELLED
                    || it.outcome() == Outcome.EXPIRED
                    || it.outcome() == Outcome.SETUP_FAILED
                    || it.outcome() == Outcome.SETUP_UNAVAILABLE;
            require(byNobody, "decided by nobody", it);
        }
        require(live(it.taskId()).isEmpty(), "decided while another attempt is live", it);
    }

    private void end(String taskId, int attempt, Epoch epoch, Event event) {
        hedgeSlots.remove(taskId);
        boolean was = live(taskId)
                .removeIf(it -> it.attempt() == attempt && it.epoch().equals(epoch));
        require(was, "ends an attempt that is not live", event);
    }

    private void standing(String executorId, Standing standing) {
        if (standing == Standing.ACTIVE) {
            outOfService.remove(executorId);
        } else {
            outOfService.add(executorId);
        }
    }

    private void charge(String taskId, RetryBudget budget, Outcome outcome, Event event) {
        boolean isSecondOpinion = budget == RetryBudget.FREE && RetryRecord.isDoubtful(outcome);
        if (isSecondOpinion) {
            require(secondOpinions.merge(taskId, 1, Integer::sum) == 1, "a second opinion for the second time", event);
        }
        if (budget == RetryBudget.TEST) {
            int tried = testRetries.merge(taskId, 1, Integer::sum);
            require(tried <= declared(taskId).retries(), "tried more often than declared", event);
        } else if (budget == RetryBudget.INFRASTRUCTURE) {
            int tried = infrastructureRetries.merge(taskId, 1, Integer::sum);
            // One more is allowed: if one of two attempts fails after the budget is used up, it is charged too and the
            // other attempt goes
            // on.
            int most = CoreConfig.DEFAULTS.infrastructureRetries() + 1;
            require(tried <= most, "tried more often than allowed", event);
        }
    }

    private void retriesUsed(TaskCompleted it) {
        RetryBudget budget = it.outcome().budget();
        int test = testRetries.getOrDefault(it.taskId(), 0);
        int infrastructure = infrastructureRetries.getOrDefault(it.taskId(), 0);
        require(
                budget != RetryBudget.TEST || test == declared(it.taskId()).retries(),
                "given up after " + test + " retries",
                it);
        require(
                budget != RetryBudget.INFRASTRUCTURE || infrastructure >= CoreConfig.DEFAULTS.infrastructureRetries(),
                "given up after " + infrastructure + " retries of the platform",
                it);
    }

    private List<LivePlace> live(String taskId) {
        return live.computeIfAbsent(taskId, id -> new ArrayList<>());
    }

    private Declared declared(String taskId) {
        return tasks.getOrDefault(taskId, new Declared(true, Needs.NOTHING, 0));
    }

    private static void require(boolean promise, String broken, Event event) {
        if (!promise) {
            throw new AssertionError(broken + ": " + event);
        }
    }
}
