package dev.millrace.scheduler.state;

import dev.millrace.scheduler.model.JobState;
import dev.millrace.scheduler.model.TaskState;
import dev.millrace.scheduler.state.backlog.Backlog;
import dev.millrace.scheduler.state.fleet.Fleet;
import dev.millrace.scheduler.state.scope.ScopeView;
import dev.millrace.scheduler.state.scope.Scopes;
import dev.millrace.scheduler.state.scope.ScopesView;
import dev.millrace.schemas.event.Needs;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The tasks of a pool that have no verdict. With each change, updates the backlog of waiting tasks, the needs of all tasks, and the memory
 * that they take. Not thread-safe.
 */
public final class Tasks {
    private final Map<String, TaskState> byId = new HashMap<>();
    private final OpenTasks open = new OpenTasks();
    private final CountedNeeds needs = new CountedNeeds();
    private final Backlog backlog;
    private final Scopes scopes;
    private final Fleet fleet;
    private final HeldBytes held;
    private final Dirty dirty;

    Tasks(Backlog backlog, Scopes scopes, Fleet fleet, HeldBytes held, Dirty dirty) {
        this.backlog = backlog;
        this.scopes = scopes;
        this.fleet = fleet;
        this.held = held;
        this.dirty = dirty;
    }

    @Nullable
    TaskState get(String taskId) {
        return byId.get(taskId);
    }

    /** Returns the first test of a job, or null if it has none. */
    @Nullable
    TaskState firstTest(String jobId) {
        String taskId = open.first(jobId);
        TaskState first = taskId == null ? null : byId.get(taskId);
        // The set-ups and tear-downs of a job come after its tests.
        return first != null && first.info().isTest() ? first : null;
    }

    /** Returns the jobs that have tasks. */
    Set<String> jobs() {
        return open.jobs();
    }

    /** Returns the needs of all tasks. */
    CountedNeeds needs() {
        return needs;
    }

    /** Adds a task, or changes its state. */
    void set(TaskState task) {
        String taskId = task.info().taskId();
        TaskState before = byId.put(taskId, task);
        if (before == null) {
            needs.add(task.info().needs());
            open.add(task.info());
            long bytes = HeldBytes.of(task.info());
            held.add(task.info().owner(), bytes);
            held.arrived(task.info().jobId(), bytes);
        } else {
            leave(before);
        }
        if (task instanceof TaskState.Waiting waiting) {
            scopes.add(waiting);
        } else if (task instanceof TaskState.Live live) {
            scopes.live(live, 1);
        }
        dirty.task(taskId);
    }

    /** Removes a task that has its verdict, and returns it; null if there is no such task. */
    @Nullable
    TaskState remove(String taskId) {
        TaskState task = byId.remove(taskId);
        if (task == null) {
            return null;
        }
        held.add(task.info().owner(), -HeldBytes.of(task.info()));
        Needs its = task.info().needs();
        needs.remove(its);
        if (!needs.contains(its)) {
            fleet.forget(its);
        }
        leave(task);
        if (!backlog.waitingNeeds().contains(its)) {
            fleet.release(its);
        }
        open.remove(task.info());
        dirty.task(taskId);
        return task;
    }

    private void leave(TaskState task) {
        if (task instanceof TaskState.Waiting waiting) {
            scopes.remove(waiting);
        } else if (task instanceof TaskState.Live live) {
            scopes.live(live, -1);
        }
    }

    /** Forgets which tasks of a job are open, because the job has ended. */
    void forget(String jobId) {
        open.forget(jobId);
    }

    /** Returns the job with new counts of its tasks. */
    JobState.Planned recounted(String jobId, JobState.Planned job, ScopesView ofPool) {
        List<TaskState> its = open.of(jobId)
                .map(byId::get)
                .filter(task -> task.info().isTest())
                .toList();
        int live = (int) its.stream().filter(TaskState.Live.class::isInstance).count();
        long openMs = its.stream().mapToLong(task -> task.info().estimateMs()).sum();
        int ofScopes = ofPool.ofJob(jobId).stream().mapToInt(ScopeView::arrived).sum();
        return job.counted(job.counters().recounted(its.size() - live, live, openMs, ofScopes));
    }
}
