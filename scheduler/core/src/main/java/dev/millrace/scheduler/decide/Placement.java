package dev.millrace.scheduler.decide;

import dev.millrace.scheduler.model.CoreConfig;
import dev.millrace.scheduler.model.Now;
import dev.millrace.scheduler.model.PoolPolicy;
import dev.millrace.scheduler.model.RetryRecord;
import dev.millrace.scheduler.model.TaskInfo;
import dev.millrace.scheduler.model.TaskState;
import dev.millrace.scheduler.state.PoolState;
import dev.millrace.scheduler.state.backlog.Choice;
import dev.millrace.scheduler.state.backlog.OwnerQueue;
import dev.millrace.scheduler.state.fleet.FleetView;
import dev.millrace.scheduler.state.fleet.Offer;
import dev.millrace.scheduler.state.fleet.Reservation;
import dev.millrace.scheduler.state.fleet.Search;
import dev.millrace.scheduler.state.scope.ScopeView;
import dev.millrace.schemas.event.Epoch;
import dev.millrace.schemas.event.Event;
import dev.millrace.schemas.event.ExecutorReserved;
import dev.millrace.schemas.event.Needs;
import dev.millrace.schemas.event.PlacementReason;
import dev.millrace.schemas.event.PlacementRule;
import dev.millrace.schemas.event.Role;
import dev.millrace.schemas.event.ScopeRef;
import dev.millrace.schemas.event.TaskPlaced;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Decides which waiting task goes to which executor next. Among the tasks that an executor can take now, the one whose turn it is goes to
 * the executor with the most free slots. A retry goes to an executor on which the task has not failed yet, if such an executor has a free
 * slot within a limited time. When no slot is free, a brief task may still be sent ahead to an executor that runs brief tasks, so that the
 * executor need not wait for a commit between two of them. For a task with special needs, an executor is held until it has enough free
 * slots, for a limited time and at the cost of the task's owner.
 */
final class Placement {
    /** Everything that the result of a search depends on. */
    private record Seen(long fleet, long backlog, long scopes, PoolPolicy policy, long tickMs) {
        static Seen of(PoolState state, Now now) {
            return new Seen(
                    state.fleet().revision(),
                    state.backlog().revision(),
                    state.scopes().revision(),
                    state.policy(),
                    now.tickMs());
        }
    }

    /**
     * How many attempts may wait for each slot while other owners want slots of the pool too: enough for a slot to get its next attempt
     * while a commit is in progress.
     */
    private static final int MOST_AHEAD_IF_OTHERS_WAIT = 2;

    private final CoreConfig config;

    /** The executor whose free slots are kept for a tear-down; null for none. It follows from the state at each search. */
    private @Nullable String keptForTeardown;

    /**
     * What the last search depended on, if it found nothing; otherwise null. Most inputs, such as heartbeats, do not change it, so no new
     * search is needed.
     */
    private @Nullable Seen inVain;

    Placement(CoreConfig config) {
        this.config = config;
    }

    /** Returns the next placement and its dispatch, or a reservation, or nothing if no executor can take a waiting task. */
    List<Event> next(PoolState state, long generation, Now now) {
        Seen seen = Seen.of(state, now);
        boolean isEmpty =
                state.backlog().isEmpty() && state.scopes().readyTeardowns().isEmpty();
        if (isEmpty || seen.equals(inVain)) {
            return List.of();
        }
        List<Event> found = search(state, generation, now);
        inVain = found.isEmpty() ? seen : null;
        return found;
    }

    private List<Event> search(PoolState state, long generation, Now now) {
        FleetView fleet = state.fleet();
        List<Event> teardown = teardown(state, generation, now);
        if (!teardown.isEmpty()) {
            return teardown;
        }
        Reservation reserved = reserved(state, now);
        List<Event> reservation = reserved == null ? reservation(state, now) : List.of();
        if (!reservation.isEmpty()) {
            return reservation;
        }
        int lookAhead = 0;
        Choice choice = fleet.freeSlots() == 0 ? null : turn(state, reserved, now);
        if (choice == null) {
            // A task without special needs that finds no free slot gets the next one, so no task after it is sent
            // ahead. Tasks with special needs that are not brief are skipped here: there is no room for them now.
            choice = turn(
                    state,
                    task -> (task.info().needs().isNothing() && isWithinShare(state, task))
                            || (task.info().isBrief()
                                    && fleet.hasRoom(
                                            search(state, task, lookAhead(state, task.info()), reserved, now))),
                    now);
            lookAhead = choice == null ? 0 : lookAhead(state, choice.task().info());
            if (choice == null || !fleet.hasRoom(search(state, choice.task(), lookAhead, reserved, now))) {
                return List.of();
            }
        }
        List<Offer> offers = fleet.best(search(state, choice.task(), lookAhead, reserved, now), Dispatch.CANDIDATES);
        return place(state, choice, offers, generation, now);
    }

    /**
     * Places a tear-down before everything else, whatever its owner's share and quota are and whoever an executor is held for: others wait
     * for its domain. If none of those that are ready has room, notes the executor where one will have room first, so that no other task
     * takes the slots that become free there.
     */
    private List<Event> teardown(PoolState state, long generation, Now now) {
        keptForTeardown = null;
        var asked = new HashSet<Needs>();
        for (TaskState.Waiting teardown : state.scopes().readyTeardowns()) {
            // Of those that have not failed anywhere, one answers for all with the same needs.
            if (teardown.retryRecord().failedOn().isEmpty()
                    && !asked.add(teardown.info().needs())) {
                continue;
            }
            Search search = search(state, teardown, 0, null, now);
            List<Offer> offers = state.fleet().best(search, Dispatch.CANDIDATES);
            if (!offers.isEmpty()) {
                OwnerQueue owner = state.backlog().owner(teardown.info().owner());
                return place(state, new Choice(teardown, PlacementRule.TEARDOWN, owner, null), offers, generation, now);
            }
            if (keptForTeardown == null) {
                Offer closest = state.fleet().closest(search);
                keptForTeardown = closest == null ? null : closest.executor().id();
            }
        }
        return List.of();
    }

    /** Returns the executor whose free slots are kept for a tear-down, as the last search found; null for none. */
    @Nullable
    String keptForTeardown() {
        return keptForTeardown;
    }

    /**
     * Returns the next task for a free slot. Prefers a task within its owner's share. If there is none, takes a task beyond its owner's
     * share, so that no slot stays idle.
     */
    private @Nullable Choice turn(PoolState state, @Nullable Reservation reserved, Now now) {
        var beyond = new boolean[1];
        Predicate<TaskState.Waiting> fits = task -> state.fleet().hasRoom(search(state, task, 0, reserved, now));
        Predicate<TaskState.Waiting> fitsWithin = task -> {
            boolean within = isWithinShare(state, task);
            beyond[0] |= !within;
            return within && fits.test(task);
        };
        Choice choice = turn(state, fitsWithin, now);
        return choice == null && beyond[0] ? turn(state, fits, now) : choice;
    }

    private @Nullable Choice turn(PoolState state, Predicate<TaskState.Waiting> fits, Now now) {
        int slots = state.fleet().slots();
        return state.backlog()
                .next(
                        state.policy().urgentLimit(slots),
                        slots == 1,
                        task -> !state.isCancelling(task.info().jobId()) && fits.test(task),
                        task -> waitsForQuota(state, task, now));
    }

    private static boolean isWithinShare(PoolState state, TaskState.Waiting task) {
        int wanted =
                task.info().isGuess() ? state.fleet().leastSlots(task.info().needs()) : 0;
        return state.backlog().isWithinShare(task.info(), wanted, state.fleet().slots());
    }

    /**
     * Returns whether only its owner's quota keeps a task from being placed, and the owner's other tasks must wait for it. They need not
     * wait if no executor may be held for such a task now.
     */
    private boolean waitsForQuota(PoolState state, TaskState.Waiting task, Now now) {
        TaskInfo info = task.info();
        return state.fleet().leastSlots(info.needs()) > state.backlog().slotsLeft(info.owner())
                && state.fleet().mayReserve(info.needs(), now.tickMs())
                && doOthersStandBack(now.tickMs() - task.readyTick());
    }

    /**
     * Whether other tasks are held back for a task that has waited this long. Running tasks may take hours, so the other tasks are held
     * back in turns: in each turn they are held back for the length of a reservation, and then not held back for twice that length. Each
     * turn lasts twice as long as the one before it.
     */
    private boolean doOthersStandBack(long waitedMs) {
        long turnMs = 3 * config.reservationMs();
        long waited = Math.max(0, waitedMs);
        int turn = Long.SIZE - 1 - Long.numberOfLeadingZeros(1 + waited / turnMs);
        long intoTurnMs = waited - turnMs * ((1L << turn) - 1);
        return intoTurnMs < config.reservationMs() << turn;
    }

    /**
     * Creates the search for the next attempt of a waiting task. If other executors could run the task, the search excludes those on which
     * it failed for a while: an executor on which a task fails immediately is also free again immediately. If a second opinion is wanted,
     * it excludes them for longer.
     */
    private Search search(
            PoolState state, TaskState.Waiting task, int lookAhead, @Nullable Reservation reserved, Now now) {
        RetryRecord retryRecord = task.retryRecord();
        boolean askOthers = !retryRecord.failedOn().isEmpty()
                && now.tickMs() - task.readyTick()
                        < (retryRecord.secondOpinion() ? config.secondOpinionMs() : config.retryElsewhereMs())
                && state.fleet().couldRunElsewhere(task.info().needs(), retryRecord.failedOn());
        return new Search(
                task.info(),
                retryRecord.tried(),
                excluded(task, askOthers ? retryRecord.failedOn() : List.of()),
                lookAhead,
                config.maxLookAhead(),
                slotsLeft(state, task.info(), reserved),
                reserved);
    }

    private List<String> excluded(TaskState.Waiting task, List<String> failedOn) {
        if (keptForTeardown == null || task.info().role() == Role.TEARDOWN) {
            return failedOn;
        }
        var all = new ArrayList<>(failedOn);
        all.add(keptForTeardown);
        return all;
    }

    /**
     * Returns how many slots a task may take under its owner's quota. If an executor is held for another task of the same owner, the slots
     * for that task are left out: if other tasks used up the quota, that task could not use the executor.
     */
    static int slotsLeft(PoolState state, TaskInfo task, @Nullable Reservation reserved) {
        if (task.role() == Role.TEARDOWN) {
            return Integer.MAX_VALUE;
        }
        return reserved != null
                        && reserved.owner().equals(task.owner())
                        && !reserved.needs().equals(task.needs())
                ? state.backlog().slotsLeftBeside(task.owner(), reserved.slots())
                : state.backlog().slotsLeft(task.owner());
    }

    private int lookAhead(PoolState state, TaskInfo task) {
        boolean othersWait = state.backlog().othersWait(task.owner());
        // A task of unknown duration must not be the next one at every slot that becomes free.
        // A test that waits at an executor would hold up the tear-down of its scope.
        if (!task.isBrief()
                || task.scope() != null
                || !state.mayLookAhead(task.owner())
                || (task.isGuess() && othersWait)) {
            return 0;
        }
        long ahead = (config.lookAheadMs() + task.estimateMs() - 1) / task.estimateMs();
        int most = othersWait ? Math.min(config.maxLookAhead(), MOST_AHEAD_IF_OTHERS_WAIT) : config.maxLookAhead();
        return (int) Math.min(most, ahead);
    }

    /** Returns the current reservation if a waiting task with its needs may still run on the held executor; otherwise null. */
    private @Nullable Reservation reserved(PoolState state, Now now) {
        Reservation reserved = state.fleet().reservation();
        if (reserved == null) {
            return null;
        }
        Predicate<TaskState.Waiting> fits = task -> isWithinShare(state, task)
                && state.fleet().couldRunOn(search(state, task, 0, null, now), reserved.executorId());
        // The task that the reservation was made for is checked first, because hasReady does not check all tasks:
        // without this check the same reservation could be made again and again.
        boolean isFor = state.task(reserved.taskId()) instanceof TaskState.Waiting task
                && !state.isCancelling(task.info().jobId())
                && state.backlog().competes(task.info().owner())
                && fits.test(task);
        return isFor || state.backlog().hasReady(reserved.needs(), fits) ? reserved : null;
    }

    /**
     * Reserves an executor for the task whose turn it is, if the task has special needs. Otherwise enough slots might never be free at the
     * same time, because other tasks keep arriving. At most one executor of the pool is held at a time. It is one where the task may run,
     * and none is held while the task waits for its owner's quota.
     */
    private List<Event> reservation(PoolState state, Now now) {
        Set<String> resting = state.fleet().resting(now.tickMs());
        Predicate<TaskState.Waiting> mayBeHeldFor = task -> state.fleet()
                        .mayReserve(task.info().needs(), now.tickMs())
                && state.fleet().closest(search(state, task, 0, null, now).without(resting)) != null;
        if (!state.backlog().waitingNeeds().hasSpecial()) {
            return List.of();
        }
        Choice first = turn(state, task -> isWithinShare(state, task) && mayBeHeldFor.test(task), now);
        return first == null || state.fleet().hasRoom(search(state, first.task(), 0, null, now))
                ? List.of()
                : reservation(state, first.task(), resting, now);
    }

    private List<Event> reservation(PoolState state, TaskState.Waiting waiting, Set<String> resting, Now now) {
        FleetView fleet = state.fleet();
        TaskInfo task = waiting.info();
        Search anywhere = search(state, waiting, 0, null, now).without(resting);
        Offer fresh = fleet.closest(anywhere.without(fleet.heldInVain(task.needs())));
        Offer closest = fresh == null ? fleet.closest(anywhere) : fresh;
        return closest == null || task.needs().isNothing()
                ? List.of()
                : new Decisions(state)
                        .add(sequence -> new ExecutorReserved(
                                task.taskId(),
                                task.jobId(),
                                state.pool(),
                                sequence,
                                closest.executor().id(),
                                closest.slots(),
                                closest.executor().freeSlots()))
                        .events();
    }

    private static List<Event> place(PoolState state, Choice choice, List<Offer> offers, long generation, Now now) {
        TaskState.Waiting task = choice.task();
        Offer chosen = offers.get(0);
        TaskInfo info = task.info();
        var decisions = new Decisions(state);
        var dispatch = new Dispatch(
                info,
                task.retryRecord().attempts() + 1,
                !task.retryRecord().isFresh(),
                task.retryRecord().retryOf(),
                new Epoch(generation, decisions.next()),
                chosen,
                scopeRef(state, info));
        decisions.add(sequence -> new TaskPlaced(
                info.taskId(),
                info.jobId(),
                state.pool(),
                sequence,
                dispatch.attempt(),
                dispatch.epoch(),
                dispatch.executorId(),
                chosen.slots(),
                info.estimateMs(),
                info.estimateSource(),
                Math.max(0, now.wallMs() - task.readyAtMs()),
                placementReason(state, choice),
                Dispatch.candidates(offers),
                state.fleet().freeSlots(),
                state.queuedTasks()));
        return decisions.command(dispatch.command(state.pool())).events();
    }

    private static @Nullable ScopeRef scopeRef(PoolState state, TaskInfo task) {
        ScopeView scope = task.scope() == null ? null : state.scopes().get(task.jobId(), task.scope());
        return scope == null
                ? null
                : new ScopeRef(
                        scope.state().id(),
                        scope.state().epoch(),
                        task.role(),
                        task.role() == Role.SETUP ? null : scope.state().context());
    }

    private static PlacementReason placementReason(PoolState state, Choice choice) {
        OwnerQueue owner = choice.owner();
        OwnerQueue runnerUp = choice.runnerUp();
        return new PlacementReason(
                choice.rule(),
                owner.owner(),
                owner.account().weight(),
                owner.virtualTime(),
                owner.running(),
                owner.size(),
                state.backlog().urgentRunning(),
                state.policy().urgentLimit(state.fleet().slots()),
                runnerUp == null ? null : runnerUp.owner(),
                runnerUp == null ? null : runnerUp.virtualTime());
    }
}
