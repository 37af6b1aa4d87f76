package dev.millrace.scheduler;

import dev.millrace.schemas.event.Event;
import dev.millrace.schemas.event.ExecutorHeartbeat;
import dev.millrace.schemas.event.ExecutorMarked;
import dev.millrace.schemas.event.Outcome;
import dev.millrace.schemas.event.Priority;
import dev.millrace.schemas.event.Standing;
import dev.millrace.schemas.event.TaskDispatched;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/** A pool of four executors. The tasks of a job fail on some of them and pass on the others. */
final class FailingSomewhere {
    private static final int EXECUTORS = 4;
    private static final long STEP_MS = 250;

    private final Harness pool = new Harness();
    private final Random random;
    private final Map<String, Set<String>> failsOn = new HashMap<>();
    private final List<TaskDispatched> live = new ArrayList<>();

    FailingSomewhere(long seed) {
        random = new Random(seed);
        for (int i = 0; i < EXECUTORS; i++) {
            pool.give(Fixtures.online("e" + i, "i1", 4));
        }
    }

    /** Submits a job whose tasks fail on {@code executors} and pass on the others. Each task has one retry. */
    void job(int number, String owner, int tasks, Set<String> executors) {
        String jobId = Fixtures.job(number);
        failsOn.put(jobId, executors);
        Fixtures.wholeJob(jobId, owner, Priority.NORMAL, 0, 1, LongArrays.of(tasks, 5_000))
                .forEach(this::give);
    }

    /** Ends the running attempts one after another, in random order, until none is left. */
    void runAll() {
        while (!live.isEmpty()) {
            TaskDispatched it = live.remove(random.nextInt(live.size()));
            boolean fails = failsOn.getOrDefault(it.jobId(), Set.of()).contains(it.executorId());
            give(Fixtures.finished(it, fails ? Outcome.FAILED : Outcome.PASSED));
            pass(STEP_MS);
        }
    }

    void pass(long ms) {
        for (long passed = 0; passed < ms; passed += STEP_MS) {
            for (int i = 0; i < EXECUTORS; i++) {
                give(new ExecutorHeartbeat("e" + i, Fixtures.POOL, "i1", 0, "", null));
            }
            take(pool.tickAfter(STEP_MS));
        }
    }

    private void give(Event event) {
        take(pool.give(event));
    }

    private void take(List<Event> events) {
        events.forEach(it -> {
            if (it instanceof TaskDispatched dispatched) {
                live.add(dispatched);
            }
        });
    }

    /** Returns the standings that the scheduler gave this executor, in order. */
    List<Standing> standings(String executorId) {
        return pool.all(ExecutorMarked.class).stream()
                .filter(it -> it.executorId().equals(executorId) && it.by().equals(ExecutorMarked.BY_SCHEDULER))
                .map(ExecutorMarked::standing)
                .toList();
    }

    boolean anyMarked() {
        return !pool.all(ExecutorMarked.class).isEmpty();
    }
}
