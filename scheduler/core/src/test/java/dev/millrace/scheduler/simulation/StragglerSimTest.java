package dev.millrace.scheduler.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.scheduler.model.CoreConfig;
import dev.millrace.schemas.event.ExecutorMarked;
import dev.millrace.schemas.event.JobCompleted;
import dev.millrace.schemas.event.JobStatus;
import dev.millrace.schemas.event.Priority;
import dev.millrace.schemas.event.TaskHedged;
import dev.millrace.schemas.event.TaskReopened;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Tests how the scheduler handles slow and sick executors, and flaky and broken tests. */
class StragglerSimTest {
    private static final int EXECUTORS = 4;

    private static PoolSimulation pool(int slots) {
        return new PoolSimulation(CoreConfig.DEFAULTS, EXECUTORS, slots, true);
    }

    private static long makespan(int hedgePercent) {
        var random = new Random(5);
        var pool = new PoolSimulation(CoreConfig.DEFAULTS, 8, 1, true);
        pool.nature(0, new SimulatedExecutor(5, 0));
        pool.policy(50, hedgePercent);
        var tasks = new ArrayList<SimulatedTask>();
        for (int i = 0; i < 24; i++) {
            long durationMs = Math.round(2_000 * Math.exp(random.nextGaussian() / 2));
            tasks.add(new SimulatedTask(durationMs, durationMs * 3 / 2, durationMs, 0, 0));
        }
        pool.add(new SimulatedJob(0, "ci", Priority.NORMAL, tasks));
        List<TaskRecord> records = pool.run();
        assertThat(pool.decisions().stream().anyMatch(TaskHedged.class::isInstance))
                .isEqualTo(hedgePercent > 0);
        return records.get(records.size() - 1).endedMs();
    }

    @Test
    void inPoolWithASlowExecutorShouldBeAFifthQuickerWithSecondAttempts() {
        assertThat(makespan(10)).isLessThan(makespan(0) * 8 / 10);
    }

    private static List<SimulatedTask> tasks(int count, int flakyPercent, int brokenPercent, int retries) {
        var random = new Random(7);
        var tasks = new ArrayList<SimulatedTask>();
        for (int i = 0; i < count; i++) {
            int dice = random.nextInt(100);
            int failures = dice < flakyPercent ? 1 : dice < flakyPercent + brokenPercent ? 99 : 0;
            tasks.add(new SimulatedTask(2_000, 0, 500 + random.nextInt(3_000), failures, retries));
        }
        return tasks;
    }

    private static List<ExecutorMarked> marks(PoolSimulation pool) {
        return pool.decisions().stream()
                .filter(ExecutorMarked.class::isInstance)
                .map(ExecutorMarked.class::cast)
                .toList();
    }

    private static JobCompleted end(PoolSimulation pool) {
        return pool.decisions().stream()
                .filter(JobCompleted.class::isInstance)
                .map(JobCompleted.class::cast)
                .findFirst()
                .orElseThrow();
    }

    private static void assertFoundInTime(int retries, int failsPercent) {
        PoolSimulation pool = pool(2);
        pool.nature(2, new SimulatedExecutor(1, failsPercent));
        pool.add(new SimulatedJob(0, "ci", Priority.NORMAL, tasks(400, 1, 0, retries)));

        List<TaskRecord> records = pool.run();

        assertThat(marks(pool)).singleElement().matches(it -> it.executorId().equals("e2"));
        assertThat(records).filteredOn(it -> it.executor().equals("e2")).hasSizeLessThanOrEqualTo(20);
        assertThat(end(pool).counts().total()).isEqualTo(400);
    }

    @Test
    void inSickExecutorShouldFindItWithinTwentyTasks() {
        assertFoundInTime(1, 100);
        assertFoundInTime(2, 80);
    }

    @Test
    void inSickExecutorWithoutRetriesShouldFindItAndRunAgainWhatItFailed() {
        PoolSimulation pool = pool(2);
        pool.nature(2, new SimulatedExecutor(1, 100));
        pool.add(new SimulatedJob(0, "ci", Priority.NORMAL, tasks(400, 0, 0, 0)));

        List<TaskRecord> records = pool.run();

        assertThat(marks(pool)).singleElement().matches(it -> it.executorId().equals("e2"));
        assertThat(records).filteredOn(it -> it.executor().equals("e2")).hasSizeLessThanOrEqualTo(20);
        assertThat(pool.decisions()).hasAtLeastOneElementOfType(TaskReopened.class);
        assertThat(end(pool).status()).isEqualTo(JobStatus.PASSED);
    }

    @Test
    void inTenThousandTasksOnHealthyExecutorsShouldSuspectNobody() {
        PoolSimulation pool = pool(2);
        pool.add(new SimulatedJob(0, "ci", Priority.NORMAL, tasks(10_000, 3, 5, 1)));

        pool.run();

        assertThat(marks(pool)).isEmpty();
    }

    @Test
    void inCommitThatBreaksEverythingShouldBlameNoExecutor() {
        PoolSimulation pool = pool(2);
        pool.add(new SimulatedJob(0, "ci", Priority.NORMAL, tasks(1_000, 0, 100, 0)));

        List<TaskRecord> records = pool.run();

        assertThat(marks(pool)).isEmpty();
        assertThat(records).as("second opinions are few").hasSizeLessThan(1_100);
    }

    @Test
    void inSuiteOfWhichHalfIsFlakyShouldBlameNoExecutor() {
        PoolSimulation pool = pool(2);
        pool.add(new SimulatedJob(0, "ci", Priority.NORMAL, tasks(5_000, 50, 0, 1)));

        pool.run();

        assertThat(marks(pool)).isEmpty();
    }

    @Test
    void inTwoExecutorsAndAFewFlakyTestsShouldSuspectNeither() {
        for (int seed = 0; seed < 50; seed++) {
            var pool = new PoolSimulation(CoreConfig.DEFAULTS, 2, 2, true);
            var random = new Random(seed);
            var tasks = new ArrayList<SimulatedTask>();
            for (int i = 0; i < 1_000; i++) {
                tasks.add(
                        new SimulatedTask(2_000, 0, 500 + random.nextInt(3_000), random.nextInt(100) == 0 ? 1 : 0, 1));
            }
            pool.add(new SimulatedJob(0, "ci", Priority.NORMAL, tasks));

            pool.run();

            assertThat(marks(pool)).as("seed %d", seed).isEmpty();
        }
    }
}
