package dev.millrace.loadtest;

import dev.millrace.scheduler.PoolScheduler;
import dev.millrace.scheduler.model.CoreConfig;
import dev.millrace.scheduler.model.Now;
import dev.millrace.scheduler.state.PoolState;
import dev.millrace.schemas.Ids;
import dev.millrace.schemas.blob.Digest;
import dev.millrace.schemas.event.AttemptFinished;
import dev.millrace.schemas.event.AttemptResult;
import dev.millrace.schemas.event.Event;
import dev.millrace.schemas.event.ExecutorOnline;
import dev.millrace.schemas.event.JobPlanned;
import dev.millrace.schemas.event.JobSubmitted;
import dev.millrace.schemas.event.Outcome;
import dev.millrace.schemas.event.Priority;
import dev.millrace.schemas.event.TaskDispatched;
import dev.millrace.schemas.event.TaskQueued;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Measures the scheduler core with a backlog of constant size. One operation is one placement with everything around it: an attempt ends,
 * its task gets a verdict, the next task is placed on the free slot, and another task is queued. The set-up prints how many bytes of memory
 * a queued task takes.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Fork(
        value = 1,
        jvmArgs = {"-Xms6g", "-Xmx6g", "-XX:+AlwaysPreTouch", "-XX:+UseParallelGC"})
@Warmup(iterations = 4, time = 3)
@Measurement(iterations = 6, time = 3)
public class PlacementBenchmark {
    private static final String POOL = "default";
    private static final int OWNERS = 20;
    private static final int EXECUTORS = 100;
    private static final int SLOTS = 8;
    private static final int TASKS_PER_JOB = 10_000;

    @Param({"10000", "100000", "1000000"})
    private int queued;

    private final Random random = new Random(1);
    private final Deque<TaskDispatched> running = new ArrayDeque<>();
    private PoolScheduler scheduler = new PoolScheduler(new PoolState(POOL, CoreConfig.DEFAULTS));
    private long nowMs;
    private int jobs;
    private int nextTask = TASKS_PER_JOB;
    private String jobId = "";
    private Digest plan = Digest.of(new byte[0]);

    /** Queues the requested number of tasks and adds executors, whose slots are then all taken by some of these tasks. */
    @Setup(Level.Trial)
    public void fill() {
        long before = usedBytes();
        for (int i = 0; i < queued; i++) {
            queue();
        }
        long perTask = (usedBytes() - before) / queued;
        System.out.println("bytes a queued task: " + perTask);
        for (int i = 0; i < EXECUTORS; i++) {
            give(new ExecutorOnline("e" + i, POOL, "i", SLOTS, "host", Map.of(), null, null));
        }
    }

    private static long usedBytes() {
        System.gc();
        Runtime runtime = Runtime.getRuntime();
        return runtime.totalMemory() - runtime.freeMemory();
    }

    private void queue() {
        if (nextTask == TASKS_PER_JOB) {
            String owner = "owner-" + jobs % OWNERS;
            jobId = Ids.jobId(owner, "job-" + jobs++);
            plan = Digest.of(jobId.getBytes(StandardCharsets.UTF_8));
            give(new JobSubmitted(jobId, POOL, owner, "name", "project", Priority.NORMAL, plan, nowMs));
            give(new JobPlanned(
                    jobId,
                    POOL,
                    owner,
                    "name",
                    "project",
                    Priority.NORMAL,
                    plan,
                    plan,
                    TASKS_PER_JOB,
                    nowMs,
                    null,
                    null));
            nextTask = 0;
        }
        String name = "org.example.SomeTest" + nextTask;
        give(new TaskQueued(
                Ids.taskId(jobId, nextTask),
                jobId,
                POOL,
                nextTask,
                plan,
                name,
                "project/suite/" + name,
                1_000 + random.nextInt(60_000),
                null,
                new String("upper quartile of 10 passed runs"),
                1,
                true,
                null,
                null,
                null));
        nextTask++;
    }

    private void give(Event input) {
        for (Event event : scheduler.handle(input, 1, true, new Now(nowMs, nowMs))) {
            if (event instanceof TaskDispatched dispatch) {
                running.add(dispatch);
            }
        }
        scheduler.state().drainDirty();
    }

    @Benchmark
    public void placeOne() {
        nowMs++;
        TaskDispatched it = running.remove();
        give(new AttemptFinished(
                it.taskId(), it.jobId(), POOL, it.attempt(), it.epoch(), it.executorId(), it.incarnation(), passed()));
        queue();
    }

    private static AttemptResult passed() {
        return AttemptResult.empty(Outcome.PASSED, 0, null, 0, 1_000);
    }
}
