package dev.millrace.scheduler;

import static dev.millrace.scheduler.Fixtures.cancel;
import static dev.millrace.scheduler.Fixtures.finished;
import static dev.millrace.scheduler.Fixtures.online;
import static dev.millrace.scheduler.Fixtures.planned;
import static dev.millrace.scheduler.Fixtures.queued;
import static dev.millrace.scheduler.Fixtures.submitted;
import static dev.millrace.scheduler.Fixtures.wholeJob;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.scheduler.model.CoreConfig;
import dev.millrace.scheduler.model.Now;
import dev.millrace.scheduler.state.PoolState;
import dev.millrace.schemas.Ids;
import dev.millrace.schemas.event.AttemptReturned;
import dev.millrace.schemas.event.AttemptRevoked;
import dev.millrace.schemas.event.AttemptStarted;
import dev.millrace.schemas.event.Epoch;
import dev.millrace.schemas.event.Event;
import dev.millrace.schemas.event.ExecutorHeartbeat;
import dev.millrace.schemas.event.JobAdmitted;
import dev.millrace.schemas.event.JobCancelling;
import dev.millrace.schemas.event.JobCompleted;
import dev.millrace.schemas.event.JobPlanned;
import dev.millrace.schemas.event.JobStatus;
import dev.millrace.schemas.event.LeaseExpired;
import dev.millrace.schemas.event.Outcome;
import dev.millrace.schemas.event.Priority;
import dev.millrace.schemas.event.RetryBudget;
import dev.millrace.schemas.event.RetryScheduled;
import dev.millrace.schemas.event.TaskCompleted;
import dev.millrace.schemas.event.TaskDispatched;
import dev.millrace.schemas.event.TaskPlaced;
import dev.millrace.schemas.event.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PoolSchedulerTest {
    private final Harness pool = new Harness();
    private final String job = Fixtures.job(1);

    private TaskDispatched dispatch(int index) {
        return pool.dispatchOf(Ids.taskId(job, index)).orElseThrow();
    }

    @Test
    void inFreePoolShouldPlaceLongestExpectedFirst() {
        pool.give(wholeJob(job, 0, 2_000, 9_000, 5_000));

        pool.give(online("e1", "i1", 3));

        assertThat(pool.all(TaskDispatched.class))
                .extracting(TaskDispatched::index)
                .containsExactly(1, 2, 0);
    }

    @Test
    void inFullPoolShouldLetLateUrgentJobOvertake() {
        String urgent = Fixtures.job(2);
        pool.give(online("e1", "i1", 1));
        pool.give(wholeJob(job, 0, 5_000, 5_000));
        pool.give(planned(urgent, 1, Priority.URGENT), queued(urgent, 0, 2_000, 0));

        pool.give(finished(dispatch(0), Outcome.PASSED));

        assertThat(pool.all(TaskDispatched.class))
                .last()
                .extracting(TaskDispatched::jobId)
                .isEqualTo(urgent);
    }

    @Test
    void inOrderShouldSayWhoseTaskItIs() {
        pool.give(online("e1", "i1", 1));

        pool.give(wholeJob(job, "ann", Priority.NORMAL, 0, 0, 5_000));

        assertThat(dispatch(0).owner()).isEqualTo("ann");
    }

    @Test
    void inFullPoolShouldDispatchNoMoreThanSlotsForLongTasks() {
        pool.give(online("e1", "i1", 2));

        pool.give(wholeJob(job, 0, 5_000, 5_000, 5_000, 5_000));

        assertThat(pool.all(TaskDispatched.class)).hasSize(2);
    }

    @Test
    void inFullPoolShouldLookAheadForShortTasks() {
        pool.give(online("e1", "i1", 1));

        pool.give(wholeJob(job, 0, LongArrays.of(40, 10)));

        assertThat(pool.all(TaskDispatched.class)).hasSize(1 + 15);
    }

    @Test
    void inPlacedShouldIgnoreCompletionFromOlderEpoch() {
        pool.give(online("e1", "i1", 1));
        pool.give(wholeJob(job, 0, 5_000));
        TaskDispatched it = dispatch(0);
        var stale = new TaskDispatched(
                it.taskId(),
                it.jobId(),
                it.pool(),
                it.index(),
                it.planDigest(),
                it.attempt(),
                new Epoch(0, it.epoch().sequence()),
                it.executorId(),
                it.incarnation(),
                it.priority(),
                null,
                it.owner());

        pool.give(finished(stale, Outcome.PASSED));

        assertThat(pool.all(TaskCompleted.class)).isEmpty();
    }

    @Test
    void inPlacedShouldRevokeStartOfUnknownAttempt() {
        pool.give(online("e1", "i1", 1));

        List<Event> answer = pool.give(
                new AttemptStarted(Ids.taskId(job, 7), job, Fixtures.POOL, 1, new Epoch(1, 99), "e1", "i1", 0, 0));

        assertThat(answer).hasOnlyElementsOfType(AttemptRevoked.class).hasSize(1);
    }

    @Test
    void inPlacedShouldRetryFailureWithinTestBudgetAndCallThePassFlaky() {
        pool.give(online("e1", "i1", 1));
        pool.give(wholeJob(job, 1, 5_000));

        pool.give(finished(dispatch(0), Outcome.FAILED));
        pool.give(finished(dispatch(0), Outcome.PASSED));

        assertThat(pool.all(RetryScheduled.class))
                .extracting(RetryScheduled::budget)
                .containsExactly(RetryBudget.TEST);
        assertThat(pool.all(TaskCompleted.class))
                .singleElement()
                .matches(TaskCompleted::flaky)
                .matches(it -> it.attempts() == 2);
        assertThat(pool.all(JobCompleted.class))
                .singleElement()
                .extracting(JobCompleted::status)
                .isEqualTo(JobStatus.PASSED);
    }

    @Test
    void inPlacedShouldDecideFailureWhenTestBudgetIsUsedUp() {
        pool.give(online("e1", "i1", 1));
        pool.give(wholeJob(job, 1, 5_000));

        pool.give(finished(dispatch(0), Outcome.TIMED_OUT));
        pool.give(finished(dispatch(0), Outcome.CRASHED));

        assertThat(pool.all(TaskCompleted.class))
                .singleElement()
                .extracting(TaskCompleted::verdict)
                .isEqualTo(Verdict.FAILED);
        assertThat(pool.all(JobCompleted.class))
                .singleElement()
                .extracting(JobCompleted::status)
                .isEqualTo(JobStatus.FAILED);
    }

    @Test
    void inPlacedShouldNotRetryWhatCannotStart() {
        pool.give(online("e1", "i1", 1));
        pool.give(wholeJob(job, 5, 5_000));

        pool.give(finished(dispatch(0), Outcome.NOT_STARTED));

        assertThat(pool.all(RetryScheduled.class)).isEmpty();
        assertThat(pool.all(TaskCompleted.class))
                .singleElement()
                .extracting(TaskCompleted::verdict)
                .isEqualTo(Verdict.FAILED);
    }

    @Test
    void inPlacedShouldReturnWithoutChargingAnyBudget() {
        pool.give(online("e1", "i1", 1));
        pool.give(wholeJob(job, 0, 5_000));
        for (int i = 0; i < 10; i++) {
            TaskDispatched it = dispatch(0);
            pool.give(new AttemptReturned(
                    it.taskId(), job, Fixtures.POOL, it.attempt(), it.epoch(), "e1", "i1", "drains"));
        }

        pool.give(finished(dispatch(0), Outcome.PASSED));

        assertThat(pool.all(RetryScheduled.class)).hasSize(10).allMatch(it -> it.budget() == RetryBudget.FREE);
        assertThat(pool.all(TaskCompleted.class))
                .singleElement()
                .matches(it -> !it.flaky() && it.verdict() == Verdict.PASSED);
    }

    @Test
    void inRetryShouldPreferAnotherExecutor() {
        pool.give(online("e1", "i1", 1));
        pool.give(wholeJob(job, 1, 5_000));
        pool.give(online("e2", "i2", 1));

        pool.give(finished(dispatch(0), Outcome.FAILED));

        assertThat(dispatch(0).executorId()).isEqualTo("e2");
    }

    @Test
    void inSilenceShouldExpireLeaseAndPlaceElsewhere() {
        pool.give(online("e1", "i1", 1));
        pool.give(wholeJob(job, 0, 5_000));
        pool.tickAfter(3_000);
        pool.give(online("e2", "i2", 1));

        pool.tickAfter(2_500);

        assertThat(pool.all(LeaseExpired.class))
                .singleElement()
                .extracting(LeaseExpired::executorId)
                .isEqualTo("e1");
        assertThat(pool.all(RetryScheduled.class))
                .singleElement()
                .extracting(RetryScheduled::outcome)
                .isEqualTo(Outcome.EXECUTOR_LOST);
        assertThat(dispatch(0).executorId()).isEqualTo("e2");
    }

    @Test
    void inHeartbeatsShouldKeepLeaseHoweverLongTheTaskRuns() {
        pool.give(online("e1", "i1", 1));
        pool.give(wholeJob(job, 0, 5_000));
        for (int i = 0; i < 20; i++) {
            pool.tickAfter(1_000);
            pool.give(new ExecutorHeartbeat(
                    "e1", Fixtures.POOL, "i1", 1, "h", List.of(dispatch(0).attemptKey())));
        }

        pool.tickAfter(1_000);

        assertThat(pool.all(LeaseExpired.class)).isEmpty();
    }

    @Test
    void inHeartbeatWithUnknownAttemptShouldRevokeIt() {
        pool.give(online("e1", "i1", 1));
        pool.give(wholeJob(job, 0, 5_000));
        pool.give(cancel(job));

        List<Event> answer = pool.give(new ExecutorHeartbeat(
                "e1", Fixtures.POOL, "i1", 1, "h", List.of(dispatch(0).attemptKey())));

        assertThat(answer).hasAtLeastOneElementOfType(AttemptRevoked.class);
    }

    @Test
    void inDispatchThatNeverArrivedShouldPlaceAgain() {
        pool.give(online("e1", "i1", 1));
        pool.give(wholeJob(job, 0, 5_000));
        TaskDispatched lost = dispatch(0);
        beat("e1", "i1", CoreConfig.DEFAULTS.dispatchTimeoutMs());
        assertThat(dispatch(0)).isEqualTo(lost);

        beat("e1", "i1", 2_000);

        assertThat(dispatch(0).attempt()).isEqualTo(lost.attempt() + 1);
    }

    /** Sends one heartbeat a second for {@code ms} milliseconds. The heartbeats list no attempts. */
    private void beat(String executorId, String incarnation, long ms) {
        for (long passed = 0; passed < ms; passed += 1_000) {
            pool.give(new ExecutorHeartbeat(executorId, Fixtures.POOL, incarnation, 0, "h", List.of()));
            pool.tickAfter(1_000);
        }
    }

    @Test
    void inAttemptThatIsNoLongerListedShouldPlaceAgainAfterALease() {
        pool.give(online("e1", "i1", 1));
        pool.give(wholeJob(job, 0, 5_000));
        TaskDispatched lost = dispatch(0);
        pool.give(new ExecutorHeartbeat("e1", Fixtures.POOL, "i1", 1, "h", List.of(lost.attemptKey())));

        beat("e1", "i1", CoreConfig.DEFAULTS.leaseMs() + 2_000);

        assertThat(dispatch(0).attempt()).isEqualTo(lost.attempt() + 1);
    }

    @Test
    void inNewIncarnationShouldEndAttemptsOfTheOldOne() {
        pool.give(online("e1", "i1", 1));
        pool.give(wholeJob(job, 0, 5_000));

        pool.give(online("e1", "i2", 1));
        beat("e1", "i2", CoreConfig.DEFAULTS.leaseMs() + 500);

        assertThat(dispatch(0).incarnation()).isEqualTo("i2");
        assertThat(dispatch(0).attempt()).isEqualTo(2);
    }

    @Test
    void inOldIncarnationThatComesBackShouldKeepTheNewOneAndRevokeWhatTheOldRuns() {
        pool.give(online("e1", "i1", 1));
        pool.give(wholeJob(job, 0, 5_000));
        TaskDispatched old = dispatch(0);
        pool.give(online("e1", "i2", 1));
        beat("e1", "i2", CoreConfig.DEFAULTS.leaseMs() + 500);

        List<Event> answer = pool.give(
                online("e1", "i1", 1),
                new ExecutorHeartbeat("e1", Fixtures.POOL, "i1", 1, "h", List.of(old.attemptKey())));

        assertThat(answer).singleElement().isInstanceOf(AttemptRevoked.class);
        assertThat(pool.all(LeaseExpired.class)).hasSize(1);
        assertThat(dispatch(0).incarnation()).isEqualTo("i2");
    }

    @Test
    void inTaskThatLosesEveryExecutorShouldStopWithTheReason() {
        pool.give(wholeJob(job, 5, 5_000));
        for (int i = 0; i < 6; i++) {
            pool.give(online("e1", "i" + i, 1));
            beat("e1", "i" + i, CoreConfig.DEFAULTS.leaseMs() + 500);
        }

        assertThat(pool.all(TaskCompleted.class))
                .singleElement()
                .matches(it -> it.verdict() == Verdict.INFRASTRUCTURE
                        && it.outcome() == Outcome.EXECUTOR_LOST
                        && it.attempts() == 3);
        assertThat(pool.all(JobCompleted.class))
                .singleElement()
                .extracting(JobCompleted::status)
                .isEqualTo(JobStatus.INFRASTRUCTURE);
    }

    @Test
    void inCancelShouldGiveEveryTaskAVerdictAndRevokeWhatRuns() {
        pool.give(online("e1", "i1", 2));
        pool.give(wholeJob(job, 3, 5_000, 5_000, 5_000, 5_000));

        pool.give(cancel(job));

        assertThat(pool.all(TaskCompleted.class)).hasSize(4).allMatch(it -> it.verdict() == Verdict.CANCELLED);
        assertThat(pool.all(AttemptRevoked.class)).hasSize(2);
        assertThat(pool.all(JobCompleted.class))
                .singleElement()
                .extracting(JobCompleted::status)
                .isEqualTo(JobStatus.CANCELLED);
    }

    @Test
    void inCancelShouldIgnoreTheLateResult() {
        pool.give(online("e1", "i1", 1));
        pool.give(wholeJob(job, 3, 5_000));
        pool.give(cancel(job));

        pool.give(finished(dispatch(0), Outcome.PASSED));

        assertThat(pool.all(TaskCompleted.class))
                .singleElement()
                .extracting(TaskCompleted::verdict)
                .isEqualTo(Verdict.CANCELLED);
    }

    @Test
    void inCancelBeforeThePlanShouldCancelWhatIsPlannedLater() {
        pool.give(submitted(job), cancel(job));

        pool.give(planned(job, 2), queued(job, 0, 10, 0), queued(job, 1, 10, 0));

        assertThat(pool.all(TaskCompleted.class)).hasSize(2).allMatch(it -> it.verdict() == Verdict.CANCELLED);
        assertThat(pool.all(JobCompleted.class))
                .singleElement()
                .extracting(JobCompleted::status)
                .isEqualTo(JobStatus.CANCELLED);
    }

    @Test
    void inCancelOfLargeJobShouldBoundTheEventsOfOneInput() {
        int tasks = 2_500;
        var events = new ArrayList<Event>(List.of(submitted(job), planned(job, tasks)));
        IntStream.range(0, tasks).forEach(i -> events.add(queued(job, i, 10, 0)));
        pool.give(events);

        int first = pool.give(cancel(job)).size();
        int second = pool.tickAfter(250).size();
        pool.tickAfter(250);
        pool.tickAfter(250);

        assertThat(first).isBetween(900, 1_001);
        assertThat(second).isBetween(900, 1_001);
        assertThat(pool.all(TaskCompleted.class)).hasSize(tasks);
        assertThat(pool.all(JobCompleted.class)).hasSize(1);
    }

    @Test
    void inRepeatedSubmissionShouldChangeNothing() {
        pool.give(online("e1", "i1", 4));
        pool.give(wholeJob(job, 0, 5_000, 5_000));
        int before = pool.published.size();

        List<Event> again = pool.give(wholeJob(job, 0, 5_000, 5_000));

        assertThat(again).isEmpty();
        assertThat(pool.published).hasSize(before);
        assertThat(pool.all(JobAdmitted.class)).hasSize(1);
    }

    @Test
    void inPlanThatOvertakesTheSubmissionShouldAdmitTheSameJob() {
        pool.give(planned(job, 1));

        List<Event> answer = pool.give(submitted(job));

        assertThat(answer).isEmpty();
        assertThat(pool.all(JobAdmitted.class))
                .singleElement()
                .extracting(JobAdmitted::specDigest)
                .isEqualTo(Fixtures.spec(job));
    }

    @Test
    void inSecondPlanShouldKeepTheFirst() {
        pool.give(online("e1", "i1", 8));
        pool.give(wholeJob(job, 0, 5_000, 5_000));
        var other = new dev.millrace.schemas.event.JobPlanned(
                job,
                Fixtures.POOL,
                "owner",
                "name",
                "project",
                Priority.NORMAL,
                Fixtures.spec(job),
                Fixtures.plan("another"),
                3,
                1_000,
                null,
                null);

        List<Event> answer = pool.give(other);

        assertThat(answer).isEmpty();
        assertThat(pool.all(TaskPlaced.class)).hasSize(2);
    }

    @Test
    void inPoolWithoutExecutorsShouldExpireTasksWithTheReason() {
        pool.give(wholeJob(job, 0, 5_000));
        pool.tickAfter(1_000);

        pool.tickAfter(CoreConfig.DEFAULTS.expireAfterMs() + 1_000);

        assertThat(pool.all(TaskCompleted.class))
                .singleElement()
                .matches(it -> it.outcome() == Outcome.EXPIRED && it.reason().contains("no executor"));
    }

    @Test
    void inFailFastShouldGiveTheJobUpAtItsLimitAndCallItFailed() {
        pool.give(online("e1", "i1", 2));
        JobPlanned plan = planned(job, 5);
        pool.give(
                submitted(job),
                new JobPlanned(
                        job,
                        Fixtures.POOL,
                        plan.owner(),
                        plan.name(),
                        plan.project(),
                        plan.priority(),
                        plan.specDigest(),
                        plan.planDigest(),
                        5,
                        plan.submittedAtMs(),
                        2,
                        null));
        IntStream.range(0, 5).forEach(i -> pool.give(queued(job, i, 5_000, 0)));
        pool.give(finished(dispatch(0), Outcome.FAILED));
        assertThat(pool.all(JobCancelling.class)).isEmpty();

        pool.give(finished(dispatch(1), Outcome.FAILED));

        assertThat(pool.all(JobCancelling.class)).singleElement().matches(it -> it.reason()
                .contains("2 tasks failed"));
        assertThat(pool.all(TaskCompleted.class))
                .extracting(TaskCompleted::verdict)
                .containsExactlyInAnyOrder(
                        Verdict.FAILED, Verdict.FAILED, Verdict.CANCELLED, Verdict.CANCELLED, Verdict.CANCELLED);
        assertThat(pool.all(JobCompleted.class))
                .singleElement()
                .extracting(JobCompleted::status)
                .isEqualTo(JobStatus.FAILED);
    }

    @Test
    void inPoolThatHasLongBeenEmptyShouldGiveANewJobItsFullTime() {
        pool.tickAfter(1_000);
        pool.tickAfter(CoreConfig.DEFAULTS.expireAfterMs() + 1_000);
        pool.give(wholeJob(job, 0, 5_000));

        pool.tickAfter(CoreConfig.DEFAULTS.expireAfterMs() - 1_000);
        assertThat(pool.all(TaskCompleted.class)).isEmpty();
        pool.tickAfter(2_000);

        assertThat(pool.all(TaskCompleted.class)).hasSize(1);
    }

    @Test
    void inStallOfTheSchedulerShouldNotLoseAnExecutorThatWentOnBeating() {
        pool.give(online("e1", "i1", 1));
        pool.give(wholeJob(job, 0, 60_000));
        var clock = new TickClock(pool.tickMs, 250);
        var beat = new ExecutorHeartbeat(
                "e1", Fixtures.POOL, "i1", 1, "h", List.of(dispatch(0).attemptKey()));

        for (int second = 0; second < 20; second++) {
            pool.give(beat);
        }
        pool.tickAfter(clock.advance(pool.tickMs + 20_000) - pool.tickMs);

        assertThat(pool.all(LeaseExpired.class)).isEmpty();
    }

    @Test
    void inStallOfTheSchedulerShouldTakeOneTickForNoMoreThanTwoIntervals() {
        var clock = new TickClock(1_000, 250);

        assertThat(clock.advance(1_250)).isEqualTo(1_250);
        assertThat(clock.advance(60_000)).isEqualTo(1_750);
        assertThat(clock.advance(60_250)).isEqualTo(2_000);
        assertThat(clock.advance(10)).isEqualTo(2_000);
    }

    @Test
    void inUncommittedGenerationShouldPlaceNothing() {
        var scheduler = new PoolScheduler(new PoolState(Fixtures.POOL, CoreConfig.DEFAULTS));
        var events = new ArrayList<Event>(List.of(online("e1", "i1", 1)));
        events.addAll(wholeJob(job, 0, 5_000));

        List<Event> published = new ArrayList<>();
        events.forEach(it -> published.addAll(scheduler.handle(it, 1, false, new Now(0, 0))));

        assertThat(published).doesNotHaveAnyElementsOfTypes(TaskPlaced.class, TaskDispatched.class);
    }

    @Test
    void inNonGatingFailureShouldPassTheJob() {
        pool.give(online("e1", "i1", 1));
        pool.give(submitted(job), planned(job, 1));
        pool.give(new dev.millrace.schemas.event.TaskQueued(
                Ids.taskId(job, 0),
                job,
                Fixtures.POOL,
                0,
                Fixtures.plan(job),
                "t0",
                "project/-/t0",
                5_000,
                null,
                "test",
                0,
                false,
                null,
                null,
                null));

        pool.give(finished(dispatch(0), Outcome.FAILED));

        assertThat(pool.all(JobCompleted.class))
                .singleElement()
                .extracting(JobCompleted::status)
                .isEqualTo(JobStatus.PASSED);
    }
}
