package dev.millrace.scheduler;

import dev.millrace.schemas.event.Needs;
import dev.millrace.schemas.event.PlacementRule;
import dev.millrace.schemas.event.Priority;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The waiting tasks of a pool, and whose turn it is. Urgent tasks come first while no more than a share of the pool runs
 * urgent ones; otherwise the owner who had least slot time for its weight is next. A placement is charged with its estimate
 * and corrected when it ends, so owners get their shares of slot time whatever their estimates are worth. Not thread-safe.
 */
final class Backlog {
    private static final Comparator<OwnerQueue> BY_SHARE =
            Comparator.comparingLong(OwnerQueue::virtualTime).thenComparing(OwnerQueue::owner);

    private static final Comparator<OwnerQueue> BY_SETTLED =
            Comparator.comparingLong(OwnerQueue::settledTime).thenComparing(OwnerQueue::owner);

    /** What is placed next, and why. */
    record Choice(TaskState.Waiting task, PlacementRule rule, OwnerQueue owner, @Nullable OwnerQueue runnerUp) {}

    private final Map<String, OwnerQueue> owners = new HashMap<>();
    private final NavigableSet<OwnerQueue> ready = new TreeSet<>(BY_SHARE);
    private final NavigableSet<OwnerQueue> readyUrgent = new TreeSet<>(BY_SHARE);
    private final NavigableSet<OwnerQueue> active = new TreeSet<>(BY_SETTLED);

    private final CountedNeeds waitingNeeds = new CountedNeeds();

    /** By the sequence of an attempt's epoch; none for restored ones, which cost what was expected of them. */
    private final Map<Long, Charge> charges = new HashMap<>();

    /** In virtual time, since a moment on the tick clock. */
    private record Charge(long cost, long sinceTick) {}

    private final ReadyOrder order;
    private final Consumer<String> onAccountChange;
    private int size;
    private int urgentRunning;
    private long floor;
    private boolean restoring;
    private boolean lastWasUrgent;

    /**
     * @param order of each owner's tasks
     * @param onAccountChange called with an owner whose account is to be made durable
     */
    Backlog(ReadyOrder order, Consumer<String> onAccountChange) {
        this.order = order;
        this.onAccountChange = onAccountChange;
    }

    /** Takes accounts as they were stored; to be called before anything else. */
    void restore(Collection<OwnerAccount> accounts) {
        accounts.forEach(account -> owners.put(account.owner(), new OwnerQueue(account, order)));
        restoring = true;
    }

    /** Once everything is restored, the owners who have work say where the others start. */
    void restored() {
        restoring = false;
        floor = active.isEmpty()
                ? owners.values().stream()
                        .mapToLong(OwnerQueue::virtualTime)
                        .max()
                        .orElse(0)
                : active.first().settledTime();
    }

    int size() {
        return size;
    }

    boolean isEmpty() {
        return size == 0;
    }

    Collection<OwnerQueue> owners() {
        return owners.values();
    }

    @Nullable
    OwnerAccount account(String owner) {
        OwnerQueue queue = owners.get(owner);
        return queue == null ? null : queue.account();
    }

    int urgentRunning() {
        return urgentRunning;
    }

    void add(TaskState.Waiting task) {
        OwnerQueue queue = queue(task.info().owner());
        if (queue.hasWaiting()) {
            // One more task does not change the owner's place among the others.
            queue.add(task);
            if (isUrgent(task.info()) && queue.mayRunMore()) {
                readyUrgent.add(queue);
            }
        } else {
            change(queue, () -> {
                join(queue);
                queue.add(task);
            });
        }
        waitingNeeds.add(task.info().needs());
        size++;
    }

    void remove(TaskState.Waiting task) {
        OwnerQueue queue = queue(task.info().owner());
        if (queue.size() > 1) {
            queue.remove(task);
            if (!queue.hasUrgent()) {
                readyUrgent.remove(queue);
            }
        } else {
            change(queue, () -> queue.remove(task));
        }
        waitingNeeds.remove(task.info().needs());
        size--;
    }

    /** A first attempt, or a retry, takes its slots. */
    void started(TaskInfo task, LiveAttempt attempt, boolean asUrgent, long tickMs) {
        OwnerQueue queue = queue(task.owner());
        change(queue, () -> {
            charge(queue, task, attempt, tickMs);
            if (!asUrgent) {
                queue.setAccount(queue.account().tookATurn());
            }
        });
        lastWasUrgent = asUrgent;
    }

    /** A second attempt takes idle slots, at its owner's cost; that is nobody's turn. */
    void hedged(TaskInfo task, LiveAttempt attempt, long tickMs) {
        OwnerQueue queue = queue(task.owner());
        change(queue, () -> charge(queue, task, attempt, tickMs));
    }

    private void charge(OwnerQueue queue, TaskInfo task, LiveAttempt attempt, long tickMs) {
        long cost = queue.account().cost(task.estimateMs() * attempt.slots());
        charges.put(attempt.epoch().sequence(), new Charge(cost, tickMs));
        queue.started(attempt.slots(), cost);
        urgentRunning += isUrgent(task) ? attempt.slots() : 0;
        onAccountChange.accept(task.owner());
    }

    /** An attempt that was running when the state was stored, and is charged already. */
    void resumed(TaskInfo task, LiveAttempt attempt) {
        OwnerQueue queue = queue(task.owner());
        change(queue, () -> queue.resumed(attempt.slots()));
        urgentRunning += isUrgent(task) ? attempt.slots() : 0;
    }

    /** An attempt gave its slots back. */
    void ended(TaskInfo task, LiveAttempt attempt, long tickMs) {
        OwnerQueue queue = queue(task.owner());
        change(queue, () -> {
            queue.ended(attempt.slots());
            Charge charge = charges.remove(attempt.epoch().sequence());
            if (charge != null) {
                long heldMs = Math.max(0, tickMs - charge.sinceTick());
                queue.settle(charge.cost(), queue.account().cost(heldMs * attempt.slots()));
            }
        });
        urgentRunning -= isUrgent(task) ? attempt.slots() : 0;
        onAccountChange.accept(task.owner());
    }

    void configure(String owner, int weight, int maxSlots) {
        OwnerQueue queue = queue(owner);
        change(queue, () -> queue.setAccount(queue.account().with(weight, maxSlots)));
        onAccountChange.accept(owner);
    }

    /**
     * The next task.
     *
     * @param urgentLimit how many urgent ones may run ahead of everybody's share
     * @param fits whether a task can be placed now; others are passed over
     * @param alternate whether urgent ones may not come twice in a row, for a pool too small to be shared otherwise
     */
    @Nullable
    Choice next(int urgentLimit, boolean alternate, Predicate<TaskState.Waiting> fits) {
        boolean othersTurn = alternate && lastWasUrgent;
        if (urgentRunning < urgentLimit && !othersTurn) {
            for (OwnerQueue owner : readyUrgent) {
                TaskState.Waiting task = owner.nextUrgent(fits);
                if (task != null) {
                    return new Choice(task, PlacementRule.URGENT, owner, readyUrgent.higher(owner));
                }
            }
        }
        for (OwnerQueue owner : ready) {
            TaskState.Waiting task = owner.next(fits);
            if (task != null) {
                PlacementRule rule = owner.isTurnOfTheOldest() ? PlacementRule.OLDEST : PlacementRule.FAIR_SHARE;
                return new Choice(task, rule, owner, ready.higher(owner));
            }
        }
        return null;
    }

    /** What the waiting tasks need, each different combination once. */
    CountedNeeds waitingNeeds() {
        return waitingNeeds;
    }

    /** A waiting task with these needs that could run since {@code tickMs} or longer; of each owner the oldest is looked at. */
    TaskState.@Nullable Waiting readySince(Needs needs, long tickMs) {
        for (OwnerQueue queue : active) {
            TaskState.Waiting task = queue.oldest(needs);
            if (task != null && task.readyTick() <= tickMs) {
                return task;
            }
        }
        return null;
    }

    /** How many more slots an owner's quota leaves it, for a single task. */
    int slotsLeft(String owner) {
        return queue(owner).slotsLeft();
    }

    /** Whether a task with these needs waits whose owner's quota lets it run now. */
    boolean hasReady(Needs needs) {
        return ready.stream().anyMatch(queue -> queue.oldest(needs) != null);
    }

    /** Forgets owners of whom there is nothing to remember: no settings, no work, and no debt. */
    void prune() {
        List<String> gone = new ArrayList<>();
        for (OwnerQueue queue : owners.values()) {
            if (!queue.isActive() && queue.account().isDefault() && queue.virtualTime() <= floor()) {
                gone.add(queue.owner());
            }
        }
        for (String owner : gone) {
            owners.remove(owner);
            onAccountChange.accept(owner);
        }
    }

    private OwnerQueue queue(String owner) {
        OwnerQueue queue = owners.get(owner);
        if (queue == null) {
            queue = new OwnerQueue(OwnerAccount.fresh(owner), order);
            owners.put(owner, queue);
        }
        return queue;
    }

    private void join(OwnerQueue queue) {
        if (!restoring && !queue.isActive()) {
            OwnerAccount lifted = queue.account().liftedTo(floor());
            if (lifted.virtualTime() != queue.virtualTime()) {
                queue.setAccount(lifted);
                onAccountChange.accept(queue.owner());
            }
        }
    }

    /** Where whoever joins starts: level with the one of those at work who had least. */
    private long floor() {
        if (!active.isEmpty()) {
            floor = Math.max(floor, active.first().settledTime());
        }
        return floor;
    }

    /** The sets are ordered by what changes, so the queue leaves them meanwhile. */
    private void change(OwnerQueue queue, Runnable change) {
        ready.remove(queue);
        readyUrgent.remove(queue);
        boolean wasActive = active.remove(queue);
        change.run();
        if (queue.isActive()) {
            active.add(queue);
        } else if (wasActive && active.isEmpty()) {
            floor = Math.max(floor, queue.virtualTime());
        }
        if (queue.hasWaiting() && queue.mayRunMore()) {
            ready.add(queue);
            if (queue.hasUrgent()) {
                readyUrgent.add(queue);
            }
        }
    }

    private static boolean isUrgent(TaskInfo task) {
        return task.priority() == Priority.URGENT;
    }
}
