package dev.millrace.scheduler.state.backlog;

import dev.millrace.scheduler.model.OwnerAccount;
import dev.millrace.scheduler.model.TaskState;
import dev.millrace.schemas.event.Needs;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The waiting tasks of one owner, and how many slots its attempts hold. Only the classes of this package change it. */
public final class OwnerQueue {
    /** One placement of this many goes to the owner's oldest job, so that more important tasks cannot keep a task waiting for ever. */
    static final int OLDEST_EVERY = 8;

    private static final int GUESSES_REMEMBERED = 64;

    /** Bounds what an owner may hold beyond its share if its first tasks are brief and the later ones are not. */
    private static final int MOST_SLOTS_PERCENT = 200;

    private final Map<Needs, Lane> lanes = new LinkedHashMap<>();

    /**
     * The lanes of tasks that failed on some executor. These tasks must not block other tasks, which may run on executors where these may
     * not.
     */
    private final Map<Needs, Lane> lanesOfFailed = new LinkedHashMap<>();

    /** The lanes of tasks of unknown duration (guesses). They must not block other tasks while their owner already runs enough of them. */
    private final Map<Needs, Lane> lanesOfGuesses = new LinkedHashMap<>();

    private final List<Map<Needs, Lane>> allLanes = List.of(lanes, lanesOfFailed, lanesOfGuesses);

    /** Orders the lanes whose tasks some executor can run, now or later. */
    private final LaneOrder servedByPriority;

    private final LaneOrder servedByAge;
    private final ReadyOrder order;
    private OwnerAccount account;
    private int size;
    private int urgent;
    private int running;
    private long outstanding;

    /** The number of slots that attempts of unknown duration hold. */
    private int guesses;

    /**
     * How long its latest attempts of unknown duration held their slots, and how long their processes ran: sums in which older attempts
     * count less and less.
     */
    private long guessesHeldMs;

    private long guessesRanMs;

    /** The number of slots on which processes run, and the sum, over these slots, of the times since which they run. */
    private long processes;

    private long processesSince;

    OwnerQueue(OwnerAccount account, ReadyOrder order) {
        this.account = account;
        this.order = order;
        this.servedByPriority = new LaneOrder(order.first(), Lane::first);
        this.servedByAge = new LaneOrder(order.oldest(), Lane::oldest);
    }

    public OwnerAccount account() {
        return account;
    }

    void setAccount(OwnerAccount account) {
        this.account = account;
    }

    public String owner() {
        return account.owner();
    }

    public long virtualTime() {
        return account.virtualTime();
    }

    public int running() {
        return running;
    }

    public int size() {
        return size;
    }

    void add(TaskState.Waiting task) {
        Needs needs = task.info().needs();
        Lane lane = lanesFor(task).get(needs);
        if (lane == null) {
            lane = new Lane(needs, order);
            lane.serve(allLanes.stream().anyMatch(it -> isServed(it.get(needs))));
            lanesFor(task).put(needs, lane);
        }
        lane.add(task);
        sort(lane);
        size++;
        urgent += task.info().isUrgent() ? 1 : 0;
    }

    void remove(TaskState.Waiting task) {
        Lane lane = lanesFor(task).get(task.info().needs());
        if (lane != null && lane.remove(task)) {
            if (lane.isEmpty()) {
                lanesFor(task).remove(lane.needs());
            }
            sort(lane);
            size--;
            urgent -= task.info().isUrgent() ? 1 : 0;
        }
    }

    private Map<Needs, Lane> lanesFor(TaskState.Waiting task) {
        if (!task.retryRecord().failedOn().isEmpty()) {
            return lanesOfFailed;
        }
        return task.info().isGuess() ? lanesOfGuesses : lanes;
    }

    private static boolean isServed(@Nullable Lane lane) {
        return lane != null && lane.isServed();
    }

    boolean waitsFor(Needs needs) {
        for (Map<Needs, Lane> lanes : allLanes) {
            if (lanes.containsKey(needs)) {
                return true;
            }
        }
        return false;
    }

    /**
     * Returns how many different needs its waiting tasks have. Needs of tasks that failed on some executor, and of tasks of unknown
     * duration, are counted separately.
     */
    int differentNeeds() {
        return allLanes.stream().mapToInt(Map::size).sum();
    }

    /** Sets whether some executor can run tasks with these needs. Only such tasks can be placed next. */
    void serve(Needs needs, boolean some) {
        allLanes.forEach(it -> serve(it.get(needs), some));
    }

    private void serve(@Nullable Lane lane, boolean some) {
        if (lane != null) {
            lane.serve(some);
            sort(lane);
        }
    }

    private void sort(Lane lane) {
        if (lane.isServed() && !lane.isEmpty()) {
            servedByPriority.put(lane);
            servedByAge.put(lane);
        } else {
            servedByPriority.remove(lane);
            servedByAge.remove(lane);
        }
    }

    /** Takes slots and charges their expected cost, which {@link #settle} replaces later. */
    void started(int slots, long cost) {
        running += slots;
        outstanding += cost;
        account = account.charged(cost);
    }

    /** Charges an additional cost that was not expected at the start. */
    void chargeMore(long cost) {
        outstanding += cost;
        account = account.charged(cost);
    }

    /** Charges slot time as if its tasks had run in it. */
    void chargeIdle(long slotMs) {
        account = account.charged(account.cost(slotMs));
    }

    /** Takes the slots of a restored attempt, for which the account has already been charged. */
    void resumed(int slots, long cost) {
        running += slots;
        outstanding += cost;
    }

    /** Adds {@code slots}, which may be negative, to the number of slots that attempts of unknown duration hold. */
    void guessed(int slots) {
        guesses += slots;
    }

    int guesses() {
        return guesses;
    }

    /** Notes the end of an attempt of unknown duration. */
    void guessEnded(long heldMs, long ranMs) {
        // A report counts as 30 days at most, so the sums stay far below what a long holds.
        guessesHeldMs += Math.max(heldMs, ranMs) - guessesHeldMs / GUESSES_REMEMBERED;
        guessesRanMs += ranMs - guessesRanMs / GUESSES_REMEMBERED;
    }

    /**
     * Returns how many slots it takes, in per cent, to keep one process of its guesses running: 100 for long ones, and more for brief ones,
     * whose slots are idle for a part of the time.
     */
    int slotsPercent() {
        long percent = guessesRanMs == 0 ? 100 : 100 * guessesHeldMs / guessesRanMs;
        return (int) Math.max(100, Math.min(MOST_SLOTS_PERCENT, percent));
    }

    /** Notes that the process of an attempt has been running since {@code tickMs}. */
    void ran(int slots, long tickMs) {
        processes += slots;
        processesSince += slots * tickMs;
    }

    /** Notes the end of a process that had been running since {@code tickMs}. */
    void ranOut(int slots, long tickMs) {
        processes -= slots;
        processesSince -= slots * tickMs;
    }

    void ended(int slots) {
        running -= slots;
    }

    /** Replaces the charge made at the start by the final cost. */
    void settle(long charged, long cost) {
        outstanding -= charged;
        account = account.charged(cost - charged);
    }

    /**
     * Returns the owner's virtual time at {@code tickMs}: what it was charged, or what it is known to have used if that is less. The lower
     * value is correct because part of the charges for running attempts may be refunded.
     */
    long used(long tickMs) {
        long known =
                account.virtualTime() - outstanding + account.cost(Math.max(0, processes * tickMs - processesSince));
        return Math.min(account.virtualTime(), known);
    }

    boolean isActive() {
        return running > 0 || size > 0;
    }

    /** Returns whether nothing is lost if the owner is forgotten: it has default settings and no work, and is not ahead of the clock. */
    boolean isForgettable(long clock) {
        return !isActive() && account.isDefault() && account.virtualTime() <= clock;
    }

    boolean hasWaiting() {
        return size > 0;
    }

    /** Returns whether it has waiting tasks and its quota leaves it a slot. */
    boolean competes() {
        return hasWaiting() && mayRunMore();
    }

    /** Whether its quota leaves it a slot. */
    boolean mayRunMore() {
        return account.maxSlots() == 0 || running < account.maxSlots();
    }

    /**
     * Returns how many slots a task may take under the quota. While the owner holds no slots there is no limit, so that a task that takes
     * more slots than the whole quota can run alone.
     */
    int slotsLeft() {
        return account.maxSlots() == 0 || running == 0 ? Integer.MAX_VALUE : account.maxSlots() - running;
    }

    /** Returns how many slots a task may take under the quota if {@code kept} slots are reserved for another task. */
    int slotsLeftBeside(int kept) {
        return account.maxSlots() == 0 ? Integer.MAX_VALUE : account.maxSlots() - running - kept;
    }

    boolean hasUrgent() {
        return urgent > 0;
    }

    boolean isTurnOfTheOldest() {
        return account.turns() % OLDEST_EVERY == OLDEST_EVERY - 1;
    }

    /**
     * Returns the next of its tasks that {@code fits}: the oldest one if it is the turn of the oldest, otherwise the first by priority. See
     * {@link Backlog#next}.
     */
    TaskState.@Nullable Waiting next(Predicate<TaskState.Waiting> fits, Predicate<TaskState.Waiting> waitsForQuota) {
        if (!isTurnOfTheOldest()) {
            return servedByPriority.first(lane -> lane.first(fits));
        }
        TaskState.Waiting oldest = servedByAge.head();
        return oldest != null && waitsForQuota.test(oldest) ? null : servedByAge.first(lane -> lane.oldest(fits));
    }

    /** The first of its urgent tasks that {@code fits}. */
    TaskState.@Nullable Waiting nextUrgent(Predicate<TaskState.Waiting> fits) {
        return servedByPriority.first(lane -> lane.first(task -> task.info().isUrgent() && fits.test(task)));
    }

    /** The oldest of its tasks with these needs, if there is one. */
    TaskState.@Nullable Waiting oldest(Needs needs) {
        return oldest(needs, task -> true);
    }

    /** The oldest of its tasks with these needs that {@code fits}. */
    TaskState.@Nullable Waiting oldest(Needs needs, Predicate<TaskState.Waiting> fits) {
        TaskState.Waiting oldest = null;
        for (Map<Needs, Lane> some : allLanes) {
            Lane lane = some.get(needs);
            TaskState.Waiting task = lane == null ? null : lane.oldest(fits);
            if (task != null && (oldest == null || order.oldest().compare(task, oldest) < 0)) {
                oldest = task;
            }
        }
        return oldest;
    }
}
