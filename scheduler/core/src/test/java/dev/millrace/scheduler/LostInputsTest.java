package dev.millrace.scheduler;

import static dev.millrace.scheduler.Fixtures.cancel;
import static dev.millrace.scheduler.Fixtures.finished;
import static dev.millrace.scheduler.Fixtures.online;
import static dev.millrace.scheduler.Fixtures.planned;
import static dev.millrace.scheduler.Fixtures.queued;
import static dev.millrace.scheduler.Fixtures.submitted;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.scheduler.decide.FollowUpException;
import dev.millrace.scheduler.model.CoreConfig;
import dev.millrace.scheduler.model.EntityKind;
import dev.millrace.scheduler.model.JobState;
import dev.millrace.scheduler.model.Now;
import dev.millrace.scheduler.model.PoolSnapshot;
import dev.millrace.scheduler.model.Remembered;
import dev.millrace.scheduler.model.RetryRecord;
import dev.millrace.scheduler.model.TaskState;
import dev.millrace.scheduler.state.PoolState;
import dev.millrace.schemas.Ids;
import dev.millrace.schemas.event.Event;
import dev.millrace.schemas.event.ExecutorHeartbeat;
import dev.millrace.schemas.event.JobAdmitted;
import dev.millrace.schemas.event.JobCancelling;
import dev.millrace.schemas.event.JobCompleted;
import dev.millrace.schemas.event.JobIncomplete;
import dev.millrace.schemas.event.JobRetryPlanned;
import dev.millrace.schemas.event.JobStatus;
import dev.millrace.schemas.event.Outcome;
import dev.millrace.schemas.event.RetryOf;
import dev.millrace.schemas.event.TaskCompleted;
import dev.millrace.schemas.event.TaskPlaced;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Tests inputs that never come, inputs about jobs that the scheduler has forgotten, and inputs whose follow-up steps fail. */
class LostInputsTest {
    private final Harness pool = new Harness();
    private final String job = Fixtures.job(1);

    private void pass(int index) {
        pool.give(finished(pool.dispatchOf(Ids.taskId(job, index)).orElseThrow(), Outcome.PASSED));
    }

    private void beatFor(long ms) {
        for (long passed = 0; passed < ms; passed += 500) {
            pool.give(new ExecutorHeartbeat("e1", Fixtures.POOL, "i1", 0, "h", null));
            pool.tickAfter(500);
        }
    }

    private JobCompleted end() {
        List<JobCompleted> ends = pool.all(JobCompleted.class);
        assertThat(ends).hasSize(1);
        return ends.get(0);
    }

    @Test
    void inTaskThatNeverCameShouldLeaveItsJobUndecidedAndRunTheOthers() {
        pool.give(online("e1", "i1", 2));
        pool.give(submitted(job), planned(job, 3));
        pool.give(queued(job, 0, 1_000, 0), queued(job, 2, 1_000, 0));

        pass(0);
        pass(2);

        assertThat(pool.all(JobIncomplete.class))
                .singleElement()
                .matches(it -> it.position() == 1 && it.tasks() == 1 && it.run() == 0);
        assertThat(end().status()).isEqualTo(JobStatus.INFRASTRUCTURE);
        assertThat(end().counts().infrastructure()).isEqualTo(1);
        assertThat(end().reason()).isEqualTo("2 of 3 tasks passed; 1 never reached the scheduler");
    }

    @Test
    void inLastTasksThatNeverCameShouldEndTheJobAfterAWhile() {
        pool.give(online("e1", "i1", 2));
        pool.give(submitted(job), planned(job, 3), queued(job, 0, 1_000, 0));
        pass(0);

        beatFor(CoreConfig.DEFAULTS.planTimeoutMs());
        assertThat(pool.all(JobCompleted.class)).isEmpty();
        beatFor(1_000);

        assertThat(end().status()).isEqualTo(JobStatus.INFRASTRUCTURE);
        assertThat(end().counts().finished()).isEqualTo(3);
    }

    @Test
    void inCancelledJobWhoseTasksNeverCameShouldEndAsCancelled() {
        pool.give(submitted(job), planned(job, 3), queued(job, 0, 1_000, 0), cancel(job));

        pool.tickAfter(CoreConfig.DEFAULTS.planTimeoutMs() + 1);

        assertThat(end().status()).isEqualTo(JobStatus.CANCELLED);
    }

    @Test
    void inCancelledJobWhosePlanNeverCameShouldEndAsCancelled() {
        pool.give(submitted(job), cancel(job));

        pool.tickAfter(CoreConfig.DEFAULTS.planTimeoutMs() + 1);
        assertThat(end().status()).isEqualTo(JobStatus.CANCELLED);
        pool.give(planned(job, 1), queued(job, 0, 1_000, 0));

        assertThat(pool.all(JobCompleted.class)).as("a plan that comes late").hasSize(1);
    }

    @Test
    void inTasksOfAPlanThatNeverCameShouldEndTheirJob() {
        pool.give(submitted(job));

        pool.give(queued(job, 0, 1_000, 0), queued(job, 1, 1_000, 0));

        assertThat(end().status()).isEqualTo(JobStatus.INFRASTRUCTURE);
        assertThat(end().reason()).isEqualTo("its plan never reached the scheduler");
    }

    @Test
    void inTaskOfARetryThatNeverCameShouldLeaveTheJobUndecided() {
        pool.give(online("e1", "i1", 2));
        pool.give(Fixtures.wholeJob(job, 0, 1_000, 1_000));
        pass(0);
        pass(1);

        pool.give(new JobRetryPlanned(job, Fixtures.POOL, "ann", 1, false, Fixtures.plan(job), 2, null));
        pool.give(Fixtures.retryOf(queued(job, 1, 1_000, 0), new RetryOf(1, 1, 1)));
        pass(1);

        assertThat(pool.all(JobCompleted.class))
                .last()
                .matches(it ->
                        it.status() == JobStatus.INFRASTRUCTURE && it.counts().finished() == 2);
    }

    @Test
    void inJobThatWasForgottenShouldNotRunAgain() {
        // The events of the fixtures were submitted at the beginning of time, by the clock of a gateway.
        pool.wallMs += 604_800_000;
        pool.give(online("e1", "i1", 1));
        pool.give(Fixtures.wholeJob(job, 0, 1_000));
        long submittedAtMs = pool.wallMs;
        pass(0);
        pool.tickAfter(CoreConfig.DEFAULTS.tombstoneMs());
        assertThat(pool.state().job(job)).isNull();

        pool.wallMs = submittedAtMs - 10;
        pool.give(Fixtures.wholeJob(job, 0, 1_000));
        pool.give(Fixtures.rejected(job));

        assertThat(pool.all(JobAdmitted.class)).hasSize(1);
        // A planner that lost its position on the topic plans or rejects the old submission anew.
        pool.wallMs = submittedAtMs + CoreConfig.DEFAULTS.tombstoneMs();
        pool.give(Fixtures.planned(job, 1));
        pool.give(Fixtures.rejected(job));
        assertThat(pool.all(JobAdmitted.class)).hasSize(1);
        assertThat(pool.all(JobCompleted.class)).hasSize(1);

        pool.give(Fixtures.wholeJob(Fixtures.job(2), 0, 1_000));
        assertThat(pool.all(JobAdmitted.class)).as("what is new").hasSize(2);
    }

    @Test
    void inJobsThatThereIsNoRoomForShouldBeForgottenBeforeTheirTime() {
        pool.give(Fixtures.rejected(job));
        long firstEndedMs = pool.state().remembered().oldestMs();
        long ofOne = pool.state().remembered().bytes();
        // The harness advances the wall clock by one millisecond before each input.
        pool.wallMs += 999;
        pool.give(Fixtures.rejected(Fixtures.job(2)), Fixtures.rejected(Fixtures.job(3)));
        assertThat(pool.state().remembered()).isEqualTo(new Remembered(3 * ofOne, firstEndedMs));

        pool.state().forgetFinished(firstEndedMs);
        pool.tickAfter(1);

        assertThat(pool.state().job(job)).isNull();
        assertThat(pool.state().job(Fixtures.job(2))).isNotNull();
        assertThat(pool.state().remembered()).isEqualTo(new Remembered(2 * ofOne, firstEndedMs + 1_000));
        assertThat(pool.state().clock().forgottenUpToMs()).isPositive().isLessThan(pool.wallMs);
    }

    /**
     * Otherwise every new job would look like a forgotten one and would be dropped silently, until the clock reaches the time at which
     * those jobs ended.
     */
    @Test
    void inJobsThatEndedWhileTheClockWasAheadShouldNotMakeNewOnesLookForgotten() {
        long present = pool.wallMs;
        pool.wallMs = present + 3_600_000;
        pool.give(Fixtures.rejected(job));
        pool.wallMs = present;
        pool.state().forgetFinished(pool.state().remembered().oldestMs());
        pool.tickAfter(1);
        assertThat(pool.state().job(job)).isNull();

        pool.tickAfter(1_000);
        pool.give(Fixtures.submitted(Fixtures.job(4)));

        assertThat(pool.all(JobAdmitted.class)).extracting(JobAdmitted::jobId).contains(Fixtures.job(4));
    }

    private PoolScheduler withBrokenTask(Map<String, RuntimeException> failures) {
        pool.give(online("e1", "i1", 1));
        pool.give(Fixtures.wholeJob(job, 0, 1_000));
        pool.give(cancelling());
        PoolState before = pool.state();
        TaskState task = new TaskState.Live(
                Fixtures.task(
                        1,
                        0,
                        "owner",
                        dev.millrace.schemas.event.Priority.NORMAL,
                        1_000,
                        dev.millrace.schemas.event.Needs.NOTHING),
                RetryRecord.NEW,
                List.of());
        JobState.Running running = (JobState.Running) new JobState.Submitted(
                        ((JobState.Finished) java.util.Objects.requireNonNull(before.job(job))).info(), null)
                .planned(Fixtures.plan(job), 1, 0, 0);
        var stored = new PoolSnapshot()
                .put(EntityKind.SEQUENCE, "pool", before.sequence())
                .put(EntityKind.JOB, Fixtures.job(1), running.cancelled("not wanted", false))
                .put(EntityKind.TASK, task.info().taskId(), task);
        PoolState broken = PoolState.restore(Fixtures.POOL, CoreConfig.DEFAULTS, stored, pool.tickMs);
        return new PoolScheduler(broken, failures::put, (event, now) -> {});
    }

    private static Event cancelling() {
        return cancel(Fixtures.job(1));
    }

    @Test
    void inJobThatCannotGoOnShouldHoldUpNeitherTheInputNorOtherJobs() {
        var failures = new HashMap<String, RuntimeException>();
        PoolScheduler scheduler = withBrokenTask(failures);

        var published = new ArrayList<Event>();
        for (Event input : Fixtures.wholeJob(Fixtures.job(2), 0, 1_000)) {
            published.addAll(scheduler.handle(input, 1, true, new Now(pool.tickMs, pool.wallMs)));
        }
        published.addAll(scheduler.handle(online("e2", "i2", 1), 1, true, new Now(pool.tickMs, pool.wallMs)));

        assertThat(failures).containsOnlyKeys("go on with job " + job);
        assertThat(published).filteredOn(TaskPlaced.class::isInstance).hasSize(1);
    }

    @Test
    void inFollowUpThatCannotBeAppliedShouldNotBlameItsInput() {
        pool.give(Fixtures.wholeJob(job, 0, 1_000));
        pool.state().observe((event, change) -> {
            if (event instanceof TaskPlaced) {
                throw new IllegalStateException("as if its executor were gone");
            }
            change.run();
        });

        org.assertj.core.api.Assertions.assertThatThrownBy(() -> pool.give(online("e1", "i1", 1)))
                .isInstanceOf(FollowUpException.class);
        assertThat(pool.scheduler.handleAlone(cancelling(), new Now(pool.tickMs, pool.wallMs)))
                .singleElement()
                .isInstanceOf(JobCancelling.class);
        assertThat(pool.all(TaskCompleted.class)).isEmpty();
    }
}
