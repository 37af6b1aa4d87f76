package dev.millrace.scheduler;

import static dev.millrace.scheduler.Fixtures.POOL;
import static dev.millrace.scheduler.Fixtures.finished;
import static dev.millrace.scheduler.Fixtures.online;
import static dev.millrace.scheduler.Fixtures.planned;
import static dev.millrace.scheduler.Fixtures.submitted;
import static dev.millrace.scheduler.Fixtures.wholeJob;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.scheduler.model.OwnerAccount;
import dev.millrace.schemas.Ids;
import dev.millrace.schemas.event.ExecutorHeartbeat;
import dev.millrace.schemas.event.ExecutorStandingRequested;
import dev.millrace.schemas.event.JobCounts;
import dev.millrace.schemas.event.JobProgress;
import dev.millrace.schemas.event.Outcome;
import dev.millrace.schemas.event.PoolSettingsRequested;
import dev.millrace.schemas.event.Priority;
import dev.millrace.schemas.event.Standing;
import dev.millrace.schemas.event.TaskDispatched;
import dev.millrace.schemas.event.TaskHedged;
import dev.millrace.schemas.event.TaskPlaced;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Tests that a new dispatcher continues correctly from the stored state. */
class RestartTest {
    private static final List<String> EXECUTORS = List.of("e1", "e2", "e3", "e4");

    private final Harness pool = new Harness();
    private final String job = Fixtures.job(1);

    private void restart(int tasks) {
        var ids = new ArrayList<String>();
        for (int i = 0; i < tasks; i++) {
            ids.add(Ids.taskId(job, i));
        }
        pool.restart(List.of(job), ids, EXECUTORS, "owner");
    }

    private void pass(long ms) {
        for (long passed = 0; passed < ms; passed += 500) {
            for (String executor : EXECUTORS) {
                pool.give(new ExecutorHeartbeat(executor, POOL, "i1", 0, "h", null));
            }
            pool.tickAfter(500);
        }
    }

    private TaskDispatched dispatch(int index) {
        return pool.dispatchOf(Ids.taskId(job, index)).orElseThrow();
    }

    @Test
    void inRestartedShouldKnowWhatRunsAndWhatWaits() {
        pool.give(online("e1", "i1", 1));
        pool.give(wholeJob(job, 0, 4_000, 3_000, 2_000));

        restart(3);

        assertThat(pool.state().queuedTasks()).isEqualTo(2);
        assertThat(pool.state().fleet().freeSlots()).isZero();
        assertThat(pool.state().drainDirty())
                .as("nothing is to be stored again")
                .isEmpty();
        pool.tickAfter(500);
        assertThat(pool.all(JobProgress.class))
                .last()
                .matches(it -> it.counts().equals(new JobCounts(3, 2, 1, 0, 0, 0, 0, 0, 0, 0)))
                .matches(it -> it.estimatedEndMs() != null && it.estimatedEndMs() == pool.wallMs + 9_000);
        pool.give(finished(dispatch(0), Outcome.PASSED));
        assertThat(dispatch(1).attempt()).isEqualTo(1);
    }

    @Test
    void inRestartedShouldStillFindStragglers() {
        pool.give(online("e1", "i1", 1), online("e2", "i1", 1));
        pool.give(submitted(job), planned(job, 1));
        pool.give(Fixtures.queued(job, 0, 2_000, 3_000L, 0, true));

        restart(1);

        pass(2_500);
        assertThat(pool.all(TaskHedged.class)).isEmpty();
        pass(500);
        assertThat(pool.all(TaskHedged.class)).hasSize(1);
    }

    @Test
    void inRestartedShouldCountTheSecondAttemptsThatRun() {
        EXECUTORS.forEach(it -> pool.give(online(it, "i1", 1)));
        pool.give(new PoolSettingsRequested(POOL, "ann", null, 25));
        pool.give(submitted(job), planned(job, 2));
        pool.give(Fixtures.queued(job, 0, 2_000, 3_000L, 0, true), Fixtures.queued(job, 1, 2_000, 5_000L, 0, true));
        restart(2);
        pass(3_500);
        assertThat(pool.all(TaskHedged.class)).hasSize(1);

        restart(2);
        pass(6_000);

        assertThat(pool.all(TaskHedged.class))
                .as("one of four slots is the limit")
                .hasSize(1);
    }

    @Test
    void inRestartedShouldGiveNoWorkToWhoWasMarked() {
        pool.give(online("e1", "i1", 1));
        pool.give(new ExecutorStandingRequested("e1", POOL, "ann", Standing.DRAINING, "because"));
        pool.give(wholeJob(job, 0, 1_000));

        restart(1);

        pool.tickAfter(1);
        assertThat(pool.all(TaskPlaced.class)).isEmpty();
    }

    @Test
    void inRestartedShouldStartNewcomersLevelWithWhoIsAtWork() {
        pool.give(online("e1", "i1", 1));
        pool.give(wholeJob(job, 0, 5_000, 5_000));
        pool.tickMs += 5_000;
        pool.give(finished(dispatch(0), Outcome.PASSED));
        restart(2);

        pool.give(wholeJob(Fixtures.job(2), "late", Priority.NORMAL, 0, 0, 1_000));

        OwnerAccount late = pool.state().account("late");
        assertThat(late).isNotNull();
        assertThat(late.virtualTime()).as("what the first task ran").isEqualTo(10L * OwnerAccount.SCALE);
    }
}
