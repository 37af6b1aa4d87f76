package dev.millrace.scheduler.state;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.scheduler.Fixtures;
import dev.millrace.scheduler.Harness;
import dev.millrace.scheduler.PoolScheduler;
import dev.millrace.scheduler.model.CoreConfig;
import dev.millrace.scheduler.state.backlog.ReadyOrder;
import dev.millrace.scheduler.state.fleet.Fleet;
import dev.millrace.scheduler.state.fleet.Offer;
import dev.millrace.scheduler.state.fleet.Search;
import dev.millrace.schemas.Ids;
import dev.millrace.schemas.event.Event;
import dev.millrace.schemas.event.ExecutorHeartbeat;
import dev.millrace.schemas.event.Needs;
import dev.millrace.schemas.event.Outcome;
import dev.millrace.schemas.event.Priority;
import dev.millrace.schemas.event.TaskPlaced;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Tests that tasks that no executor can run do not slow down the placement of other tasks, however many different needs they have. */
class UnservedNeedsTest {
    private static final int JOBS = 1_250;
    private static final int TASKS_OF_A_JOB = 16;

    /**
     * The maximum number of queries to the fleet for one placement and the search for the next one. It is enough for a few queries about a
     * single kind of task.
     */
    private static final int FEW = 20;

    /** Counts the queries that it gets. */
    private static final class CountingFleet extends Fleet {
        private int asked;

        @Override
        public boolean couldRun(Needs needs) {
            asked++;
            return super.couldRun(needs);
        }

        @Override
        public boolean hasRoom(Search search) {
            asked++;
            return super.hasRoom(search);
        }

        @Override
        @Nullable
        public Offer closest(Search search) {
            asked++;
            return super.closest(search);
        }
    }

    private final CountingFleet fleet = new CountingFleet();
    private final Harness pool = new Harness();

    UnservedNeedsTest() {
        pool.scheduler =
                new PoolScheduler(new PoolState(Fixtures.POOL, CoreConfig.DEFAULTS, ReadyOrder.MILLRACE, fleet));
        pool.give(Fixtures.online("e1", "i1", 1));
    }

    private static Needs nobodyHas(int number) {
        return new Needs(0, 0, Map.of("host", "gone-" + number));
    }

    private void queueWhatNobodyCanServe() {
        for (int job = 0; job < JOBS; job++) {
            String jobId = Fixtures.job(100 + job);
            pool.give(Fixtures.submitted(jobId), Fixtures.planned(jobId, TASKS_OF_A_JOB));
            for (int i = 0; i < TASKS_OF_A_JOB; i++) {
                pool.give(Fixtures.queued(jobId, i, 1_000, nobodyHas(job * TASKS_OF_A_JOB + i)));
            }
        }
        assertThat(pool.state().queuedTasks()).isEqualTo(JOBS * TASKS_OF_A_JOB);
    }

    private int askedFor(Runnable inputs) {
        int before = fleet.asked;
        inputs.run();
        return fleet.asked - before;
    }

    private void beat(int times) {
        for (int i = 0; i < times; i++) {
            pool.give(new ExecutorHeartbeat("e1", Fixtures.POOL, "i1", 0, "h", null));
        }
    }

    private List<Event> oneTask(int job) {
        return Fixtures.wholeJob(Fixtures.job(job), "other", Priority.NORMAL, 0, 0, 5_000);
    }

    @Test
    void inEachNewCombinationShouldAskOnce() {
        assertThat(askedFor(this::queueWhatNobodyCanServe)).isEqualTo(JOBS * TASKS_OF_A_JOB);
    }

    @Test
    void inHeartbeatsShouldAskNothing() {
        queueWhatNobodyCanServe();
        pool.give(oneTask(1));
        pool.give(oneTask(2));

        assertThat(askedFor(() -> beat(1_000))).isZero();
    }

    @Test
    void inTicksShouldAskForWhatCanBeServedAlone() {
        queueWhatNobodyCanServe();
        pool.give(oneTask(1));
        pool.give(oneTask(2));

        assertThat(askedFor(() -> pool.tickAfter(250))).isLessThan(FEW);
    }

    @Test
    void inPlacementShouldAskForWhatCanBeServedAlone() {
        queueWhatNobodyCanServe();
        pool.give(oneTask(1));
        pool.give(oneTask(2));
        var placed = new ArrayList<Event>();

        int asked = askedFor(() -> placed.addAll(pool.give(Fixtures.finished(
                pool.dispatchOf(Ids.taskId(Fixtures.job(1), 0)).orElseThrow(), Outcome.PASSED))));

        assertThat(placed).filteredOn(TaskPlaced.class::isInstance).hasSize(1);
        assertThat(asked).isLessThan(FEW);
    }

    @Test
    void inManyNeedsThatCanBeServedShouldStopAtTheFirstThatFits() {
        pool.give(oneTask(1));
        for (int job = 0; job < 100; job++) {
            String jobId = Fixtures.job(100 + job);
            pool.give(Fixtures.submitted(jobId), Fixtures.planned(jobId, TASKS_OF_A_JOB));
            for (int i = 0; i < TASKS_OF_A_JOB; i++) {
                pool.give(Fixtures.queued(jobId, i, 1_000, new Needs(0, 1 + job * TASKS_OF_A_JOB + i, Map.of())));
            }
        }
        var placed = new ArrayList<Event>();

        int asked = askedFor(() -> placed.addAll(pool.give(Fixtures.finished(
                pool.dispatchOf(Ids.taskId(Fixtures.job(1), 0)).orElseThrow(), Outcome.PASSED))));

        assertThat(placed).filteredOn(TaskPlaced.class::isInstance).hasSize(1);
        assertThat(asked).isLessThan(FEW);
    }

    @Test
    void inExecutorThatCanServeOneShouldPlaceItAtOnce() {
        queueWhatNobodyCanServe();

        int asked = askedFor(() -> pool.give(new dev.millrace.schemas.event.ExecutorOnline(
                "e2", Fixtures.POOL, "i1", 1, "host", Map.of("host", "gone-7"), null, null)));

        assertThat(pool.all(TaskPlaced.class)).singleElement().matches(it -> it.taskId()
                .equals(Ids.taskId(Fixtures.job(100), 7)));
        assertThat(asked).isLessThan(FEW);
    }
}
