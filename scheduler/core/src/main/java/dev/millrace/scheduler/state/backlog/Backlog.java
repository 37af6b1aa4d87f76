package dev.millrace.scheduler.state.backlog;

import dev.millrace.scheduler.model.LiveAttempt;
import dev.millrace.scheduler.model.OwnerAccount;
import dev.millrace.scheduler.model.TaskInfo;
import dev.millrace.scheduler.model.TaskState;
import dev.millrace.schemas.event.Needs;
import dev.millrace.schemas.event.PlacementRule;
import dev.millrace.schemas.event.Role;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.NavigableSet;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The waiting tasks of a pool, and which owner is next. Urgent tasks come first, as long as urgent attempts hold fewer slots than the
 * urgent share of the pool. Otherwise the owner that used the least slot time for its weight is next. A placement is charged with its
 * estimate, and the charge is corrected to the actual run time, so owners get their shares of slot time even if estimates are wrong.
 *
 * <p>Owners are compared by virtual time. The pool's virtual clock follows the owners that are served, so an owner that cannot be served
 * does not hold it back. An owner is paused while it does not compete: it has nothing to place, its quota is used up, or others were served
 * before it because no executor could take its tasks. While paused, an owner gains no credit and is charged nothing. Not thread-safe.
 */
public final class Backlog implements BacklogView {
    private static final Comparator<OwnerQueue> BY_SHARE =
            Comparator.comparingLong(OwnerQueue::virtualTime).thenComparing(OwnerQueue::owner);

    /** Limits the credit of an owner that had to wait for enough free slots: the time of all slots of the pool for this long. */
    private static final long MOST_CREDIT_MS = 60_000;

    private final Map<String, OwnerQueue> owners = new HashMap<>();
    private final NavigableSet<OwnerQueue> ready = new TreeSet<>(BY_SHARE);
    private final NavigableSet<OwnerQueue> readyUrgent = new TreeSet<>(BY_SHARE);

    private final WaitingNeeds waitingNeeds = new WaitingNeeds();
    private final ReadyOrder order;
    private final Consumer<String> onAccountChange;
    private final Settlements settlements;
    private int size;
    private final VirtualClock clock = new VirtualClock();

    /** Counts changes that {@link #next} depends on, apart from its arguments. */
    private long revision;

    /** The number of owners with waiting or running tasks. */
    private int active;

    private final Guesses guesses = new Guesses();

    private boolean restoring;
    private boolean lastWasUrgent;

    /**
     * @param order the order of each owner's tasks
     * @param onAccountChange called with an owner whose account must be stored
     */
    public Backlog(ReadyOrder order, Consumer<String> onAccountChange) {
        this.order = order;
        this.onAccountChange = onAccountChange;
        this.settlements = new Settlements(this, onAccountChange);
    }

    /** Restores the stored accounts. Must be called before any other method. */
    public void restore(Collection<OwnerAccount> accounts) {
        accounts.forEach(account -> owners.put(account.owner(), new OwnerQueue(account, order)));
        restoring = true;
    }

    /**
     * Completes the restoration that {@link #restore} began.
     *
     * @param storedClock the virtual clock; null if an earlier version stored the state. Then the clock starts at the virtual time of the
     *     owner that is next
     */
    public void restored(@Nullable Long storedClock) {
        restoring = false;
        if (storedClock != null) {
            clock.set(storedClock);
        } else if (ready.isEmpty()) {
            owners.values().forEach(queue -> clock.advance(queue.virtualTime()));
        } else {
            clock.advance(ready.first().used(0));
        }
    }

    /** Returns the time of the pool's virtual clock. */
    public long clock() {
        return clock.time();
    }

    @Override
    public long revision() {
        return revision;
    }

    public int size() {
        return size;
    }

    @Override
    public boolean isEmpty() {
        return size == 0;
    }

    @Override
    public Collection<OwnerQueue> owners() {
        return Collections.unmodifiableCollection(owners.values());
    }

    @Nullable
    public OwnerAccount account(String owner) {
        OwnerQueue queue = owners.get(owner);
        return queue == null ? null : queue.account();
    }

    /** Returns the object that charges attempts to their owners' accounts. */
    public Settlements settlements() {
        return settlements;
    }

    public void add(TaskState.Waiting task) {
        OwnerQueue queue = queue(task.info().owner());
        if (queue.hasWaiting()) {
            // One more task does not change the position of the owner among the others.
            queue.add(task);
            if (task.info().isUrgent() && queue.mayRunMore()) {
                readyUrgent.add(queue);
            }
        } else {
            change(queue, task.readyTick(), () -> queue.add(task));
        }
        waitingNeeds.add(task.info().needs(), queue);
        size++;
        revision++;
    }

    public void remove(TaskState.Waiting task) {
        OwnerQueue queue = queue(task.info().owner());
        if (queue.size() > 1) {
            queue.remove(task);
            if (!queue.hasUrgent()) {
                readyUrgent.remove(queue);
            }
        } else {
            change(queue, task.readyTick(), () -> queue.remove(task));
        }
        waitingNeeds.remove(task.info().needs(), queue);
        size--;
        revision++;
    }

    /**
     * Charges a first attempt, or a retry, that takes its slots.
     *
     * @param slots the number of slots in the pool
     * @return the attempt with its charge
     */
    public LiveAttempt started(TaskInfo task, LiveAttempt attempt, boolean asUrgent, int slots, long tickMs) {
        OwnerQueue queue = queue(task.owner());
        boolean outOfTurn = asUrgent || task.role() == Role.TEARDOWN;
        if (outOfTurn) {
            clock.follow(ready, owners.values(), tickMs);
        } else {
            passOver(queue);
            if (!queue.account().isPaused()) {
                clock.advance(queue.used(tickMs));
            }
        }
        if (!queue.isActive()) {
            // It had no task in the backlog until now. Idle time earns no credit.
            set(queue, queue.account().joined(clock.time()));
        }
        long[] cost = new long[1];
        change(queue, tickMs, () -> {
            if (!outOfTurn) {
                // An owner that waits for enough free slots gets them only when a round of such tasks has ended. It
                // gets a credit for its share of that round.
                long credit = queue.account().cost(slots * Math.min(MOST_CREDIT_MS, task.estimateMs()));
                queue.setAccount(queue.account().resumed(clock.time(), credit).tookATurn());
            }
            cost[0] = settlements.charge(queue, task, attempt);
        });
        lastWasUrgent = asUrgent;
        return attempt.charged(cost[0]);
    }

    /** Pauses the owners before the chosen one: none of their tasks could be placed now. */
    private void passOver(OwnerQueue chosen) {
        for (OwnerQueue queue : ready.headSet(chosen)) {
            if (!queue.account().isPaused()) {
                guesses.count(queue, true, -1);
                set(queue, queue.account().paused(clock.time()));
                guesses.count(queue, true, 1);
            }
        }
    }

    /** Charges a second attempt to its owner and returns it with its charge. It takes idle slots, so it is no turn of the owner. */
    public LiveAttempt hedged(TaskInfo task, LiveAttempt attempt, long tickMs) {
        OwnerQueue queue = queue(task.owner());
        long[] cost = new long[1];
        change(queue, tickMs, () -> cost[0] = settlements.charge(queue, task, attempt));
        return attempt.charged(cost[0]);
    }

    /** Charges an owner for slots that were kept idle for it, as if they had run its tasks. */
    public void chargeIdle(String owner, long slotMs, long tickMs) {
        OwnerQueue queue = owners.get(owner);
        if (queue != null && slotMs > 0) {
            change(queue, tickMs, () -> queue.chargeIdle(slotMs));
            onAccountChange.accept(owner);
        }
    }

    public void configure(String owner, int weight, int maxSlots, long tickMs) {
        OwnerQueue queue = queue(owner);
        change(queue, tickMs, () -> queue.setAccount(queue.account().with(weight, maxSlots)));
        onAccountChange.accept(owner);
    }

    @Override
    @Nullable
    public Choice next(
            int urgentLimit,
            boolean alternate,
            Predicate<TaskState.Waiting> fits,
            Predicate<TaskState.Waiting> waitsForQuota) {
        boolean othersTurn = alternate && lastWasUrgent;
        if (settlements.urgentRunning() < urgentLimit && !othersTurn) {
            for (OwnerQueue owner : readyUrgent) {
                TaskState.Waiting task = owner.nextUrgent(fits);
                if (task != null) {
                    return new Choice(task, PlacementRule.URGENT, owner, readyUrgent.higher(owner));
                }
            }
        }
        for (OwnerQueue owner : ready) {
            TaskState.Waiting task = owner.next(fits, waitsForQuota);
            if (task != null) {
                PlacementRule rule = owner.isTurnOfTheOldest() ? PlacementRule.OLDEST : PlacementRule.FAIR_SHARE;
                return new Choice(task, rule, owner, ready.higher(owner));
            }
        }
        return null;
    }

    @Override
    public boolean isWithinShare(TaskInfo task, int wanted, int slots) {
        OwnerQueue queue = task.isGuess() ? owners.get(task.owner()) : null;
        return queue == null || guesses.mayRun(queue, wanted, slots);
    }

    @Override
    public WaitingNeeds waitingNeeds() {
        return waitingNeeds;
    }

    @Override
    public TaskState.@Nullable Waiting readySince(Needs needs, long tickMs) {
        for (OwnerQueue queue : owners.values()) {
            TaskState.Waiting task = queue.oldest(needs);
            if (task != null && task.readyTick() <= tickMs) {
                return task;
            }
        }
        return null;
    }

    @Override
    public boolean othersWait(String owner) {
        return ready.size() > 1 || (ready.size() == 1 && !ready.first().owner().equals(owner));
    }

    /** Whether several owners have work. */
    public boolean isShared() {
        return active > 1;
    }

    @Override
    public boolean hasOthers(String owner) {
        OwnerQueue queue = owners.get(owner);
        return active > (queue != null && queue.isActive() ? 1 : 0);
    }

    @Override
    public boolean urgentWaits() {
        return !readyUrgent.isEmpty();
    }

    @Override
    public int differentNeeds(String owner) {
        OwnerQueue queue = owners.get(owner);
        return queue == null ? 0 : queue.differentNeeds();
    }

    @Override
    public int slotsLeft(String owner) {
        return queue(owner).slotsLeft();
    }

    @Override
    public int slotsLeftBeside(String owner, int kept) {
        return queue(owner).slotsLeftBeside(kept);
    }

    @Override
    public boolean competes(String owner) {
        OwnerQueue queue = owners.get(owner);
        return queue != null && queue.competes();
    }

    @Override
    public boolean hasReady(Needs needs, Predicate<TaskState.Waiting> fits) {
        return ready.stream().anyMatch(queue -> queue.oldest(needs, fits) != null);
    }

    @Override
    public int urgentRunning() {
        return settlements.urgentRunning();
    }

    /** Forgets the owners that have default settings and no work, and whose virtual time is not ahead of the pool's virtual clock. */
    public void prune(long tickMs) {
        clock.follow(ready, owners.values(), tickMs);
        owners.values().stream()
                .filter(it -> it.isForgettable(clock.time()))
                .toList()
                .forEach(it -> {
                    owners.remove(it.owner());
                    onAccountChange.accept(it.owner());
                });
    }

    @Override
    public OwnerQueue owner(String owner) {
        return owners.getOrDefault(owner, new OwnerQueue(OwnerAccount.fresh(owner), order));
    }

    /** Returns the owner's queue, and creates it if there is none. */
    OwnerQueue queue(String owner) {
        OwnerQueue queue = owners.get(owner);
        if (queue == null) {
            queue = new OwnerQueue(OwnerAccount.fresh(owner), order);
            owners.put(owner, queue);
        }
        return queue;
    }

    /** Changes a queue. It is taken out of the sorted sets during the change, because the change may move it within them. */
    void change(OwnerQueue queue, long tickMs, Runnable change) {
        revision++;
        boolean competed = ready.remove(queue);
        guesses.count(queue, competed, -1);
        readyUrgent.remove(queue);
        boolean wasActive = queue.isActive();
        change.run();
        active += (queue.isActive() ? 1 : 0) - (wasActive ? 1 : 0);
        if (!restoring) {
            pauseOrResume(queue, competed, wasActive, tickMs);
        }
        if (queue.competes()) {
            ready.add(queue);
            if (queue.hasUrgent()) {
                readyUrgent.add(queue);
            }
        }
        guesses.count(queue, queue.competes(), 1);
    }

    private void pauseOrResume(OwnerQueue queue, boolean competed, boolean wasActive, long tickMs) {
        if (queue.competes() && !competed) {
            long now = clock.follow(ready, owners.values(), tickMs);
            set(
                    queue,
                    wasActive
                            ? queue.account().resumed(now, 0)
                            : queue.account().joined(now));
        } else if (competed && !queue.competes()) {
            set(queue, queue.account().paused(clock.time()));
        }
        if (wasActive && !queue.isActive() && ready.isEmpty()) {
            // No other owner competed for the slot time that this owner used, so no other owner gets an advantage from
            // it.
            clock.advance(queue.virtualTime());
        }
    }

    private void set(OwnerQueue queue, OwnerAccount account) {
        if (!account.equals(queue.account())) {
            queue.setAccount(account);
            onAccountChange.accept(queue.owner());
        }
    }
}
