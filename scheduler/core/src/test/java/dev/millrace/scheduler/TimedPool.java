package dev.millrace.scheduler;

import dev.millrace.schemas.Ids;
import dev.millrace.schemas.event.AttemptFinished;
import dev.millrace.schemas.event.AttemptKey;
import dev.millrace.schemas.event.AttemptResult;
import dev.millrace.schemas.event.AttemptStarted;
import dev.millrace.schemas.event.Capacity;
import dev.millrace.schemas.event.Event;
import dev.millrace.schemas.event.ExecutorHeartbeat;
import dev.millrace.schemas.event.ExecutorOnline;
import dev.millrace.schemas.event.JobPlanned;
import dev.millrace.schemas.event.JobSubmitted;
import dev.millrace.schemas.event.Needs;
import dev.millrace.schemas.event.Outcome;
import dev.millrace.schemas.event.Priority;
import dev.millrace.schemas.event.TaskDispatched;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A pool in which the test sets how long each task takes, independently of its estimate. Time passes in steps of one second. */
final class TimedPool {
    final Harness pool = new Harness();
    private final Map<String, Long> durations = new HashMap<>();
    private final Map<AttemptKey, Running> running = new LinkedHashMap<>();
    private final List<ExecutorOnline> executors = new ArrayList<>();
    private final List<String> jobs = new ArrayList<>();
    private final List<String> tasks = new ArrayList<>();
    private int begun;

    private record Running(TaskDispatched dispatch, long endsAtMs, long durationMs) {}

    void online(String id, int slots, Map<String, String> labels) {
        var online = new ExecutorOnline(
                id,
                Fixtures.POOL,
                "of " + id,
                slots,
                "host",
                labels,
                new Capacity(1_000 * slots, (long) slots << 30),
                null);
        executors.add(online);
        give(online);
    }

    void offline(String id) {
        executors.removeIf(it -> it.executorId().equals(id));
    }

    /** Submits a job whose tasks all have these needs, with normal priority. */
    void job(int number, String owner, int count, long estimateMs, long durationMs, Needs needs) {
        job(number, owner, Priority.NORMAL, count, estimateMs, null, durationMs, needs);
    }

    /** Submits a job whose tasks all have these needs, with urgent priority. */
    void urgent(int number, String owner, int count, long estimateMs, long durationMs, Needs needs) {
        job(number, owner, Priority.URGENT, count, estimateMs, null, durationMs, needs);
    }

    /** Submits a job whose tasks never ran before, so their estimates are guesses. */
    void newJob(int number, String owner, int count, long durationMs) {
        newJob(number, owner, count, durationMs, Needs.NOTHING);
    }

    void newJob(int number, String owner, int count, long durationMs, Needs needs) {
        job(number, owner, Priority.NORMAL, count, 1_000, 20_000L, durationMs, needs);
    }

    private void job(
            int number,
            String owner,
            Priority priority,
            int count,
            long estimateMs,
            @Nullable Long upperMs,
            long durationMs,
            Needs needs) {
        String job = Fixtures.job(number);
        var events = new ArrayList<Event>();
        events.add(new JobSubmitted(job, Fixtures.POOL, owner, "name", "project", priority, Fixtures.spec(job), 1_000));
        events.add(new JobPlanned(
                job,
                Fixtures.POOL,
                owner,
                "name",
                "project",
                priority,
                Fixtures.spec(job),
                Fixtures.plan(job),
                count,
                1_000,
                null,
                null));
        jobs.add(job);
        for (int i = 0; i < count; i++) {
            durations.put(Ids.taskId(job, i), durationMs);
            tasks.add(Ids.taskId(job, i));
            events.add(Fixtures.queued(job, i, estimateMs, upperMs, 0, null, needs));
        }
        events.forEach(this::give);
    }

    void give(Event event) {
        pool.give(event);
        begin();
    }

    private void begin() {
        List<TaskDispatched> all = pool.all(TaskDispatched.class);
        while (begun < all.size()) {
            TaskDispatched it = all.get(begun++);
            long duration = durations.getOrDefault(it.taskId(), 1_000L);
            running.put(it.attemptKey(), new Running(it, pool.tickMs + duration, duration));
            pool.give(new AttemptStarted(
                    it.taskId(),
                    it.jobId(),
                    it.pool(),
                    it.attempt(),
                    it.epoch(),
                    it.executorId(),
                    it.incarnation(),
                    0,
                    pool.wallMs));
            all = pool.all(TaskDispatched.class);
        }
    }

    void pass(long seconds) {
        for (long i = 0; i < seconds; i++) {
            pool.tickMs += 1_000;
            pool.wallMs += 1_000;
            for (ExecutorOnline executor : executors) {
                List<AttemptKey> held = running.values().stream()
                        .map(Running::dispatch)
                        .filter(it -> it.executorId().equals(executor.executorId()))
                        .map(TaskDispatched::attemptKey)
                        .toList();
                pool.give(new ExecutorHeartbeat(
                        executor.executorId(),
                        Fixtures.POOL,
                        executor.incarnation(),
                        held.size(),
                        ExecutorHeartbeat.hashOf(held),
                        held));
            }
            for (Running it : List.copyOf(running.values())) {
                if (it.endsAtMs() <= pool.tickMs && running.remove(it.dispatch().attemptKey()) != null) {
                    end(it);
                }
            }
            give(Fixtures.tick());
        }
    }

    private void end(Running it) {
        TaskDispatched dispatch = it.dispatch();
        give(new AttemptFinished(
                dispatch.taskId(),
                dispatch.jobId(),
                dispatch.pool(),
                dispatch.attempt(),
                dispatch.epoch(),
                dispatch.executorId(),
                dispatch.incarnation(),
                AttemptResult.empty(Outcome.PASSED, 0, null, 0, it.durationMs())));
    }

    /** Returns how many attempts of an owner are running. An attempt that takes several slots counts once. */
    long running(String owner) {
        return running.values().stream()
                .filter(it -> owner.equals(it.dispatch().owner()))
                .count();
    }

    boolean runs(String taskId) {
        return running.values().stream().anyMatch(it -> it.dispatch().taskId().equals(taskId));
    }

    /** Replaces the dispatcher with another one, which restores the pool and the accounts of these owners. */
    void restart(String... owners) {
        pool.restart(
                jobs, tasks, executors.stream().map(ExecutorOnline::executorId).toList(), List.of(owners));
    }
}
