package dev.millrace.scheduler.state.quarantine;

import dev.millrace.scheduler.model.StandingOverride;
import dev.millrace.scheduler.state.backlog.WaitingNeeds;
import dev.millrace.scheduler.state.fleet.ExecutorState;
import dev.millrace.scheduler.state.fleet.ExecutorView;
import dev.millrace.scheduler.state.fleet.Fleet;
import dev.millrace.schemas.event.Needs;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Collections;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Knows which executors of a pool are trusted, kept without work for a while, or marked as draining or suspect by operators and the
 * scheduler; see {@link Suspicion}. Marks are durable. A new dispatcher starts without the rest. Not thread-safe.
 */
public final class ExecutorQuarantine implements QuarantineView {
    /** The maximum number of marks. More are kept only if all the marked executors are in the fleet. */
    private static final int MAX_MARKS = 1_000;

    /** How long the first suspicion of an executor keeps it without work. Each further suspicion doubles this time. */
    public static final long FIRST_SUSPICION_MS = 10 * 60_000;

    private static final int MOST_DOUBLINGS = 6;

    /** Each time this period passes without another suspicion, one of the earlier suspicions is forgotten. */
    private static final long FADE_MS = 6 * 3_600_000L;

    /** How often an executor was suspected recently. */
    private record Suspicions(int count, long lastTick) {
        Suspicions another(long tickMs) {
            long faded = Math.max(0, tickMs - lastTick) / FADE_MS;
            return new Suspicions((int) Math.max(0, count - faded) + 1, tickMs);
        }
    }

    private final Fleet fleet;
    private final BooleanSupplier shared;
    private final Supplier<Collection<Needs>> openNeeds;
    private final Consumer<String> changed;
    private final Suspicion suspicion = new Suspicion();
    private final Map<String, StandingOverride> marks = new LinkedHashMap<>();
    private final Map<String, Long> heldSinceTick = new LinkedHashMap<>();
    private final Map<String, Long> suspectSinceTick = new LinkedHashMap<>();
    private final Map<String, Suspicions> suspicions = new LinkedHashMap<>();
    private final Set<String> accusedByOne = new LinkedHashSet<>();
    private final Set<String> toJudge = new LinkedHashSet<>();
    private final Deque<FailureScore.Verdict> toReopen = new ArrayDeque<>();

    /**
     * @param openNeeds the needs of all tasks without a verdict: an executor that one of these tasks cannot do without is not kept out
     * @param changed receives the id of an executor whose stored mark has changed
     * @param shared whether several owners have work
     */
    public ExecutorQuarantine(
            Fleet fleet, Supplier<Collection<Needs>> openNeeds, Consumer<String> changed, BooleanSupplier shared) {
        this.shared = shared;
        this.fleet = fleet;
        this.openNeeds = openNeeds;
        this.changed = changed;
    }

    /** Restores the stored marks. Must be called before any executor is put into the fleet. */
    public void restore(Collection<StandingOverride> stored, long tickMs) {
        for (StandingOverride mark : stored) {
            marks.put(mark.executorId(), mark);
            suspect(mark, tickMs);
        }
    }

    private void suspect(StandingOverride mark, long tickMs) {
        if (mark.isSuspicion()) {
            suspectSinceTick.put(mark.executorId(), tickMs);
            suspicions.put(
                    mark.executorId(),
                    suspicions
                            .getOrDefault(mark.executorId(), new Suspicions(0, tickMs))
                            .another(tickMs));
            if (suspicions.size() > MAX_MARKS) {
                suspicions.remove(suspicions.keySet().iterator().next());
            }
            if (mark.onlyAccuser() != null) {
                accusedByOne.add(mark.executorId());
            }
        }
    }

    /** Returns an executor that has been suspect for long enough to be tried again, or null. */
    @Override
    @Nullable
    public String toTryAgain(long tickMs) {
        for (Map.Entry<String, Long> suspect : suspectSinceTick.entrySet()) {
            Suspicions known = suspicions.get(suspect.getKey());
            int before = known == null ? 0 : known.count() - 1;
            long limitMs = FIRST_SUSPICION_MS << Math.min(MOST_DOUBLINGS, Math.max(0, before));
            if (tickMs - suspect.getValue() > limitMs) {
                return suspect.getKey();
            }
        }
        return null;
    }

    /**
     * Returns a suspect that could run a waiting task that no other executor can run, or null. Such a task may have arrived after the
     * executor was marked, or the other executors that could run it may have left.
     *
     * @param unserved the needs of the waiting tasks
     */
    @Override
    @Nullable
    public String wantedSuspect(WaitingNeeds unserved) {
        if (suspectSinceTick.isEmpty()) {
            return null;
        }
        List<Needs> needs = unserved.unserved();
        for (String executorId : suspectSinceTick.keySet()) {
            ExecutorState executor = fleet.get(executorId);
            if (executor != null
                    && !executor.registration().draining()
                    && needs.stream().anyMatch(it -> executor.shape().slotsFor(it) > 0)) {
                return executorId;
            }
        }
        return null;
    }

    /** Returns the marks that rest on the tasks of one owner only. Each must be cleared when another owner has work. */
    @Override
    public List<StandingOverride> accusedByOne() {
        // Asked after every input, and nearly always empty.
        return accusedByOne.isEmpty()
                ? List.of()
                : accusedByOne.stream().map(marks::get).filter(Objects::nonNull).toList();
    }

    /** Applies the mark that is stored for its id to an executor that joins, and returns the executor. */
    public ExecutorState joined(ExecutorState executor) {
        heldSinceTick.remove(executor.id());
        executor.mark(marks.containsKey(executor.id()));
        return executor;
    }

    public void left(String executorId) {
        heldSinceTick.remove(executorId);
        toJudge.remove(executorId);
        suspicion.forget(executorId);
    }

    public Suspicion suspicion() {
        return suspicion;
    }

    /** Returns why an executor gets no work, or null if it is not marked. */
    @Nullable
    public StandingOverride mark(String executorId) {
        return marks.get(executorId);
    }

    /**
     * Marks an executor, or clears its mark if {@code mark} is null. To clear it means to trust the executor again, unless it is {@code
     * onTrial}: then one more failure is enough to doubt it.
     */
    public void set(String executorId, @Nullable StandingOverride mark, boolean onTrial, long tickMs) {
        marks.remove(executorId);
        suspectSinceTick.remove(executorId);
        accusedByOne.remove(executorId);
        if (mark == null) {
            suspicion.forget(executorId);
            endHold(executorId);
            if (!onTrial) {
                suspicions.remove(executorId);
            } else if (fleet.get(executorId) != null) {
                suspicion.of(executorId).doubtAtOnce();
            }
        } else {
            marks.put(executorId, mark);
            suspect(mark, tickMs);
        }
        toJudge.remove(executorId);
        changed.accept(executorId);
        fleet.change(fleet.get(executorId), executor -> executor.mark(mark != null));
        if (marks.size() > MAX_MARKS) {
            forgetOneThatLeft();
        }
    }

    /** Forgets the oldest mark of an executor that is not in the fleet. Executors in the fleet keep their marks, however many there are. */
    private void forgetOneThatLeft() {
        for (String executorId : List.copyOf(marks.keySet())) {
            if (fleet.get(executorId) == null) {
                marks.remove(executorId);
                suspectSinceTick.remove(executorId);
                accusedByOne.remove(executorId);
                changed.accept(executorId);
                return;
            }
        }
    }

    /** Returns the executors that are sick, judging by the ends of their attempts. */
    @Override
    public Set<String> toJudge() {
        return Collections.unmodifiableSet(toJudge);
    }

    /** Returns the next failed verdict of a suspect whose task must run again, or null. */
    @Override
    public FailureScore.@Nullable Verdict nextToReopen() {
        return toReopen.peek();
    }

    /** Returns the failed verdicts of suspects whose tasks must run again. */
    public Deque<FailureScore.Verdict> toReopen() {
        return toReopen;
    }

    /** Returns whether the pool can do without an executor; see {@link Fleet#canSpare}. */
    @Override
    public boolean canSpare(ExecutorView executor) {
        return fleet.canSpare(executor, openNeeds.get());
    }

    /** Judges an executor again after an attempt ended. */
    public void judge(String executorId, long tickMs) {
        ExecutorState executor = fleet.get(executorId);
        if (executor == null) {
            // The executor has left. Its last reports may be read after that, and nothing else would remove their
            // evidence.
            suspicion.forget(executorId);
            return;
        }
        FailureScore health = suspicion.known(executorId);
        if (health == null) {
            return;
        }
        if (shared.getAsBoolean()) {
            health.limitOwners();
        }
        boolean onProbation = health.isOnProbation(shared.getAsBoolean());
        if (health.isSick()) {
            toJudge.add(executorId);
        } else {
            toJudge.remove(executorId);
        }
        if (!executor.isHeld() && onProbation && canSpare(executor)) {
            heldSinceTick.put(executorId, tickMs);
            fleet.change(executor, it -> it.hold(true));
        } else if (executor.isHeld() && !onProbation) {
            endHold(executorId);
        }
    }

    /** Ends the probations that have lasted longer than {@code limitMs}: no other executor has shown in time what caused the failures. */
    public void endProbations(long limitMs, long tickMs) {
        for (Map.Entry<String, Long> held : List.copyOf(heldSinceTick.entrySet())) {
            if (tickMs - held.getValue() > limitMs) {
                suspicion.of(held.getKey()).endProbation();
                endHold(held.getKey());
            }
        }
    }

    private void endHold(String executorId) {
        heldSinceTick.remove(executorId);
        fleet.change(fleet.get(executorId), it -> it.hold(false));
    }

    @Override
    public boolean isDoubted(String executorId) {
        FailureScore score = suspicion.known(executorId);
        return score != null && score.isDoubted();
    }

    @Override
    public List<String> evidence(String executorId) {
        FailureScore score = suspicion.known(executorId);
        return score == null ? List.of() : score.evidence();
    }
}
