package dev.millrace.scheduler;

import static dev.millrace.scheduler.Fixtures.finished;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.scheduler.model.CoreConfig;
import dev.millrace.scheduler.model.JobState;
import dev.millrace.schemas.Ids;
import dev.millrace.schemas.event.Event;
import dev.millrace.schemas.event.JobCompleted;
import dev.millrace.schemas.event.JobRetryPlanned;
import dev.millrace.schemas.event.JobRetryStarted;
import dev.millrace.schemas.event.JobStatus;
import dev.millrace.schemas.event.Outcome;
import dev.millrace.schemas.event.RetryOf;
import dev.millrace.schemas.event.TaskCompleted;
import dev.millrace.schemas.event.TaskDispatched;
import dev.millrace.schemas.event.TaskReopened;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Tests that a finished job can run again, as a whole or only its failed tasks. */
class RetryTest {
    private static final int TASKS = 3;

    private final Harness pool = new Harness();
    private final String job = Fixtures.job(1);

    @BeforeEach
    void inFirstRunTheMiddleTaskFails() {
        pool.give(Fixtures.online("e1", "i1", TASKS));
        pool.give(Fixtures.wholeJob(job, 0, 5_000, 5_000, 5_000));
        for (int i = 0; i < TASKS; i++) {
            pool.give(finished(dispatch(i), i == 1 ? Outcome.FAILED : Outcome.PASSED));
        }
        pool.published.clear();
    }

    private TaskDispatched dispatch(int index) {
        return pool.dispatchOf(Ids.taskId(job, index)).orElseThrow();
    }

    private List<Event> retry(int run, boolean failedOnly, int... indexes) {
        var events = new ArrayList<Event>();
        events.add(new JobRetryPlanned(
                job, Fixtures.POOL, "ada", run, failedOnly, Fixtures.plan(job), indexes.length, null));
        for (int index : indexes) {
            int position = TASKS - indexes.length + events.size() - 1;
            events.add(Fixtures.retryOf(Fixtures.queued(job, index, 5_000, 0), new RetryOf(run, 1, position)));
        }
        return events;
    }

    @Test
    void inRetryOfWhatFailedShouldRunThatAloneAndReplaceItsVerdict() {
        pool.give(retry(1, true, 1));

        assertThat(pool.all(JobRetryStarted.class)).singleElement().satisfies(it -> {
            assertThat(it.counts().passed()).isEqualTo(2);
            assertThat(it.counts().failed()).isZero();
        });
        assertThat(pool.all(TaskReopened.class))
                .extracting(TaskReopened::taskId)
                .containsExactly(Ids.taskId(job, 1));
        assertThat(dispatch(1).attempt()).as("attempts are counted on").isEqualTo(2);
        pool.give(finished(dispatch(1), Outcome.PASSED));

        assertThat(pool.all(TaskCompleted.class)).singleElement().satisfies(it -> {
            assertThat(it.run()).isEqualTo(1);
            assertThat(it.attempts()).isEqualTo(2);
            assertThat(it.flaky()).as("it was another run").isFalse();
        });
        assertThat(pool.all(JobCompleted.class)).singleElement().satisfies(it -> {
            assertThat(it.status()).isEqualTo(JobStatus.PASSED);
            assertThat(it.run()).isEqualTo(1);
            assertThat(it.counts().passed()).isEqualTo(TASKS);
            assertThat(it.counts().finished()).isEqualTo(TASKS);
        });
    }

    @Test
    void inRetryOfEverythingShouldRunAllTasks() {
        pool.give(retry(1, false, 0, 1, 2));
        for (int i = 0; i < TASKS; i++) {
            pool.give(finished(dispatch(i), Outcome.PASSED));
        }

        assertThat(pool.all(TaskCompleted.class)).hasSize(TASKS);
        assertThat(pool.all(JobCompleted.class))
                .singleElement()
                .satisfies(it -> assertThat(it.counts().passed()).isEqualTo(TASKS));
    }

    @Test
    void inRetryThatIsToldTwiceShouldRunOnce() {
        pool.give(retry(1, true, 1));
        pool.give(retry(1, true, 1));
        pool.give(finished(dispatch(1), Outcome.PASSED));
        pool.give(retry(1, true, 1));

        assertThat(pool.all(JobRetryStarted.class)).hasSize(1);
        assertThat(pool.all(TaskDispatched.class)).hasSize(1);
    }

    @Test
    void inRetryWithAnotherRunOrNumberOfTasksShouldChangeNothing() {
        pool.give(retry(2, true, 1));
        pool.give(retry(1, true, 0, 1));
        pool.give(retry(1, false, 1));
        pool.give(retry(1, true));

        assertThat(pool.published).isEmpty();
    }

    @Test
    void inJobThatStillRunsShouldNotBeRetried() {
        pool.give(retry(1, true, 1));
        pool.published.clear();

        pool.give(retry(2, true, 1));

        assertThat(pool.published).isEmpty();
    }

    @Test
    void inSecondRetryShouldGoOnFromTheFirst() {
        pool.give(retry(1, true, 1));
        pool.give(finished(dispatch(1), Outcome.FAILED));
        pool.give(retry(2, true, 1));
        pool.give(finished(dispatch(1), Outcome.PASSED));

        assertThat(pool.all(JobCompleted.class)).extracting(JobCompleted::run).containsExactly(1, 2);
    }

    @Test
    void inForgottenFirstEndShouldKeepTheSecond() {
        pool.give(retry(1, true, 1));
        pool.tickAfter(CoreConfig.DEFAULTS.tombstoneMs());
        assertThat(pool.state().job(job))
                .as("it runs, however old its first end is")
                .isInstanceOf(JobState.Running.class);
    }
}
