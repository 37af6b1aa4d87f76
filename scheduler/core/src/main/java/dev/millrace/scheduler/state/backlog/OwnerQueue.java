package dev.millrace.scheduler.state.backlog;

import dev.millrace.scheduler.model.OwnerAccount;
import dev.millrace.scheduler.model.TaskState;
import dev.millrace.schemas.event.Needs;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** One owner's waiting tasks and how many of its tasks run. Changed by {@link Backlog} only. */
public final class OwnerQueue {
    /** One placement in so many is the oldest job's, so that what is more important cannot hold up anything for ever. */
    static final int OLDEST_EVERY = 8;

    private final Map<Needs, Lane> lanes = new LinkedHashMap<>();

    /** The lanes of tasks that failed on some executor. They must not hold up the others, which may run where these may not. */
    private final Map<Needs, Lane> lanesOfFailed = new LinkedHashMap<>();

    /** The lanes of guesses. They must not hold up the others when there are enough of them for now. */
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

    /** Slots of attempts that are guesses. */
    private int guesses;

    /** Slots on which processes run, and the sum of the moments since when. */
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
        return allLanes.stream().anyMatch(it -> it.containsKey(needs));
    }

    /** How many different needs its waiting tasks have; those that failed somewhere, and guesses, count apart. */
    int differentNeeds() {
        return allLanes.stream().mapToInt(Map::size).sum();
    }

    /** Whether some executor can run tasks with these needs: only such are asked for the next task. */
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

    /** Charges what is expected; see {@link #settle}. */
    void started(int slots, long cost) {
        running += slots;
        outstanding += cost;
        account = account.charged(cost);
    }

    /** Charges for more than was expected at the start. */
    void chargeMore(long cost) {
        outstanding += cost;
        account = account.charged(cost);
    }

    /** Takes slots that the account was charged for already. */
    void resumed(int slots, long cost) {
        running += slots;
        outstanding += cost;
    }

    /** So many more slots, or fewer, are taken by what takes nobody knows how long. */
    void guessed(int slots) {
        guesses += slots;
    }

    int guesses() {
        return guesses;
    }

    /** The process of an attempt runs since {@code tickMs}. */
    void ran(int slots, long tickMs) {
        processes += slots;
        processesSince += slots * tickMs;
    }

    /** The process of an attempt that ran since {@code tickMs} is over. */
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
     * The owner's virtual time at {@code tickMs}: what it was charged, or what it is known to have used if that
     * is less, since what is charged for attempts that run may come back.
     */
    long used(long tickMs) {
        long known =
                account.virtualTime() - outstanding + account.cost(Math.max(0, processes * tickMs - processesSince));
        return Math.min(account.virtualTime(), known);
    }

    boolean isActive() {
        return running > 0 || size > 0;
    }

    boolean hasWaiting() {
        return size > 0;
    }

    /** Whether it has work to be placed that its quota lets it run. */
    boolean competes() {
        return hasWaiting() && mayRunMore();
    }

    /** Whether its quota leaves it a slot. */
    boolean mayRunMore() {
        return account.maxSlots() == 0 || running < account.maxSlots();
    }

    /** How many slots a task may take by the quota; one that takes more than all of it may run alone. */
    int slotsLeft() {
        return account.maxSlots() == 0 || running == 0 ? Integer.MAX_VALUE : account.maxSlots() - running;
    }

    /** How many slots a task may take by the quota if so many are kept for another one. */
    int slotsLeftBeside(int kept) {
        return account.maxSlots() == 0 ? Integer.MAX_VALUE : account.maxSlots() - running - kept;
    }

    boolean hasUrgent() {
        return urgent > 0;
    }

    boolean isTurnOfTheOldest() {
        return account.turns() % OLDEST_EVERY == OLDEST_EVERY - 1;
    }

    /** The next of its tasks that {@code fits}, by its turn the oldest or the first by priority; see {@link Backlog#next}. */
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
