package dev.millrace.scheduler.state.scope;

import dev.millrace.scheduler.model.ScopeState;
import dev.millrace.scheduler.model.ScopeState.Phase;
import dev.millrace.scheduler.model.TaskState;
import dev.millrace.schemas.event.Needs;
import dev.millrace.schemas.event.Role;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A scope with its gate: which of its waiting tasks are in the backlog, and which must not be placed now. Only {@link Scopes} changes it.
 * Not thread-safe.
 */
final class Scope implements ScopeView {
    private ScopeState state;

    /** The waiting tests that must not be placed now, in the order in which they will be let through. */
    private final TreeSet<TaskState.Waiting> gated;

    /** The waiting tests that are in the backlog, by task id. */
    private final Map<String, TaskState.Waiting> released = new LinkedHashMap<>();

    private @Nullable TaskState setup;
    private @Nullable TaskState teardown;
    private boolean setupReleased;
    private boolean teardownBegun;
    private int liveTests;
    private int attempts;
    private int revoked;

    Scope(ScopeState state, Comparator<TaskState.Waiting> order) {
        this.state = state;
        this.gated = new TreeSet<>(order);
    }

    @Override
    public ScopeState state() {
        return state;
    }

    void set(ScopeState changed) {
        state = changed;
    }

    @Override
    public int openTests() {
        return gated.size() + released.size() + liveTests;
    }

    @Override
    public int outstanding() {
        return attempts + revoked;
    }

    @Override
    public int arrived() {
        return (setup != null || state.setup() != null ? 1 : 0)
                + (teardown != null || state.teardown() != null ? 1 : 0);
    }

    @Override
    public @Nullable TaskState setup() {
        return setup;
    }

    @Override
    public @Nullable TaskState teardown() {
        return teardown;
    }

    @Override
    public boolean isSetupLive() {
        return setup instanceof TaskState.Live;
    }

    void add(TaskState.Waiting task) {
        Role role = task.info().role();
        if (role == Role.SETUP) {
            setup = task;
        } else if (role == Role.TEARDOWN) {
            teardown = task;
        } else {
            gated.add(task);
        }
    }

    /** Removes a waiting task. Returns whether it was in the backlog. */
    boolean remove(TaskState.Waiting task) {
        Role role = task.info().role();
        if (role == Role.SETUP) {
            boolean was = setupReleased;
            setup = null;
            setupReleased = false;
            return was;
        }
        if (role == Role.TEARDOWN) {
            teardown = null;
            return false;
        }
        boolean was = released.remove(task.info().taskId()) != null;
        if (!was) {
            gated.remove(task);
        }
        return was;
    }

    /** Returns whether a task that begins to wait may be placed at once. */
    boolean admits(TaskState.Waiting task) {
        return task.info().role() == null
                && state.phase() == Phase.ACTIVE
                && gated.isEmpty()
                && released.size() + liveTests < maxParallel();
    }

    /** Counts a task that has attempts. {@code by} is 1 or -1. */
    void live(TaskState.Live task, int by) {
        Role role = task.info().role();
        if (role == Role.TEARDOWN) {
            teardown = by > 0 ? task : null;
            return;
        }
        attempts += by * task.attempts().size();
        if (role == Role.SETUP) {
            setup = by > 0 ? task : null;
        } else {
            liveTests += by;
        }
    }

    /** Counts an attempt that holds its slots although it decides nothing any more. {@code by} is 1 or -1. */
    void revoked(int by) {
        revoked += by;
    }

    /** Returns the tear-down if it may be placed now, otherwise null. */
    TaskState.@Nullable Waiting readyTeardown() {
        return state.phase() == Phase.TEARING_DOWN && teardown instanceof TaskState.Waiting waiting ? waiting : null;
    }

    /** Notes, when the scope begins to be torn down, that its tear-down is ready from now on. */
    void beginTeardown(UnaryOperator<TaskState.Waiting> readied) {
        TaskState.Waiting ready = readyTeardown();
        if (ready != null && !teardownBegun) {
            teardown = readied.apply(ready);
        }
        teardownBegun = state.phase() == Phase.TEARING_DOWN;
    }

    /** Lets the next task through the gate and returns it; null if none may pass now. */
    TaskState.@Nullable Waiting pass() {
        if (setup instanceof TaskState.Waiting waiting && !setupReleased && isSetupDue()) {
            setupReleased = true;
            return waiting;
        }
        return state.phase() == Phase.ACTIVE && released.size() + liveTests < maxParallel() ? gated.pollFirst() : null;
    }

    private boolean isSetupDue() {
        return state.phase() == Phase.SETTING_UP && !state.setupPlaced();
    }

    private int maxParallel() {
        Integer most = state.rules() == null ? null : state.rules().maxParallel();
        return most == null ? Integer.MAX_VALUE : most;
    }

    /** Returns a task that is in the backlog but must not be placed now, after taking it back behind the gate; null if there is none. */
    TaskState.@Nullable Waiting takeBack() {
        if (setup instanceof TaskState.Waiting waiting && setupReleased && !isSetupDue()) {
            setupReleased = false;
            return waiting;
        }
        if (state.phase() == Phase.ACTIVE || released.isEmpty()) {
            return null;
        }
        TaskState.Waiting task = released.values().iterator().next();
        released.remove(task.info().taskId());
        gated.add(task);
        return task;
    }

    /** Notes a test that was let through and is in the backlog in this form. */
    void released(TaskState.Waiting task) {
        if (task.info().role() == Role.SETUP) {
            setup = task;
        } else {
            released.put(task.info().taskId(), task);
        }
    }

    /** Returns a waiting task that has these needs and was queued before {@code wallMs}, or null. */
    TaskState.@Nullable Waiting waitingSince(Needs needs, long wallMs) {
        Predicate<TaskState> wanted = task -> task instanceof TaskState.Waiting
                && task.info().needs().equals(needs)
                && task.info().queuedAtMs() < wallMs;
        return Stream.concat(
                        Stream.of(setup, teardown).filter(Objects::nonNull),
                        Stream.concat(gated.stream(), released.values().stream()))
                .filter(wanted)
                .map(TaskState.Waiting.class::cast)
                .findFirst()
                .orElse(null);
    }

    /** Returns the first test that waits behind the gate, or null. */
    TaskState.@Nullable Waiting firstGated() {
        return gated.isEmpty() ? null : gated.first();
    }
}
