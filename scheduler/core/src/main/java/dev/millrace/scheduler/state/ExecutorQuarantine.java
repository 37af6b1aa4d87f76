package dev.millrace.scheduler.state;

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
import org.jspecify.annotations.Nullable;

/**
 * Which executors of a pool are believed, held for a while, or marked by operators and the scheduler; see {@link Suspicion}.
 * Marks are durable, everything else is forgotten by a new dispatcher. Not thread-safe.
 */
public final class ExecutorQuarantine {
    /** More are remembered only of executors that are there. */
    private static final int MAX_MARKS = 1_000;

    /** How long the first suspicion of an executor keeps it out; twice as long each time it turned out to be right. */
    public static final long FIRST_SUSPICION_MS = 10 * 60_000;

    private static final int MOST_DOUBLINGS = 6;

    /** After so long without another suspicion one of them is forgotten. */
    private static final long FADE_MS = 6 * 3_600_000L;

    /** How often an executor was suspected of late. */
    private record Suspicions(int count, long lastTick) {
        Suspicions another(long tickMs) {
            long faded = Math.max(0, tickMs - lastTick) / FADE_MS;
            return new Suspicions((int) Math.max(0, count - faded) + 1, tickMs);
        }
    }

    private final Fleet fleet;
    private final BooleanSupplier shared;
    private final CountedNeeds openNeeds;
    private final Dirty dirty;
    private final Suspicion suspicion = new Suspicion();
    private final Map<String, StandingOverride> marks = new LinkedHashMap<>();
    private final Map<String, Long> heldSinceTick = new LinkedHashMap<>();
    private final Map<String, Long> suspectSinceTick = new LinkedHashMap<>();
    private final Map<String, Suspicions> suspicions = new LinkedHashMap<>();
    private final Set<String> accusedByOne = new LinkedHashSet<>();
    private final Set<String> toJudge = new LinkedHashSet<>();
    private final Deque<FailureScore.Verdict> toReopen = new ArrayDeque<>();

    /**
     * @param openNeeds of all tasks without verdict: nobody is taken out whom one of them cannot do without
     * @param shared whether several owners have work
     */
    ExecutorQuarantine(Fleet fleet, CountedNeeds openNeeds, Dirty dirty, BooleanSupplier shared) {
        this.shared = shared;
        this.fleet = fleet;
        this.openNeeds = openNeeds;
        this.dirty = dirty;
    }

    /** Takes the marks as they were stored; to be called before any executor is put into the fleet. */
    void restore(Collection<StandingOverride> stored, long tickMs) {
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

    /** An executor that was suspect for long enough to be tried again, or null. */
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
     * A suspect that could run what nobody else can, or null. Whoever had its place may have left since it was marked, and what waits may
     * be new.
     *
     * @param unserved needs of waiting tasks
     */
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

    /** The marks that rest on one owner's tasks; each is to end when somebody else has work. */
    public List<StandingOverride> accusedByOne() {
        return accusedByOne.stream().map(marks::get).filter(Objects::nonNull).toList();
    }

    /** An executor that joins, with what is remembered about its id. */
    ExecutorState joined(ExecutorState executor) {
        heldSinceTick.remove(executor.id());
        executor.mark(marks.containsKey(executor.id()));
        return executor;
    }

    void left(String executorId) {
        heldSinceTick.remove(executorId);
        toJudge.remove(executorId);
        suspicion.forget(executorId);
    }

    public Suspicion suspicion() {
        return suspicion;
    }

    /** Why an executor gets no work, or null. */
    @Nullable
    StandingOverride mark(String executorId) {
        return marks.get(executorId);
    }

    /** Marks an executor, or clears it, which is to vouch for it unless it is to be tried again. */
    void set(String executorId, @Nullable StandingOverride mark, boolean onTrial, long tickMs) {
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
        dirty.mark(executorId);
        fleet.change(fleet.get(executorId), executor -> executor.mark(mark != null));
        if (marks.size() > MAX_MARKS) {
            forgetOneThatLeft();
        }
    }

    /** Executors that are there keep their marks, however many there are. */
    private void forgetOneThatLeft() {
        for (String executorId : List.copyOf(marks.keySet())) {
            if (fleet.get(executorId) == null) {
                marks.remove(executorId);
                suspectSinceTick.remove(executorId);
                accusedByOne.remove(executorId);
                dirty.mark(executorId);
                return;
            }
        }
    }

    /** Executors that are sick by their reports. */
    public Set<String> toJudge() {
        return Collections.unmodifiableSet(toJudge);
    }

    /** The failed verdict of a suspect that is to be looked at again first, or null. */
    public FailureScore.@Nullable Verdict nextToReopen() {
        return toReopen.peek();
    }

    /** Failed verdicts of suspects, to be looked at again. */
    Deque<FailureScore.Verdict> toReopen() {
        return toReopen;
    }

    /** Whether the pool can do without an executor. */
    public boolean canSpare(ExecutorView executor) {
        return fleet.canSpare(executor, openNeeds.all());
    }

    /** Takes in what the last end of an attempt says about an executor. */
    void judge(String executorId, long tickMs) {
        ExecutorState executor = fleet.get(executorId);
        if (executor == null) {
            // Its last reports may be read after its end, and nobody would forget them.
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

    /** Nobody explained the failures of these in time. */
    void endProbations(long limitMs, long tickMs) {
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
}
