package dev.millrace.scheduler.state;

import dev.millrace.scheduler.model.LiveAttempt;
import dev.millrace.scheduler.model.RevokedAttempt;
import dev.millrace.scheduler.model.TaskInfo;
import dev.millrace.schemas.event.AttemptKey;
import dev.millrace.schemas.event.AttemptResult;
import org.jspecify.annotations.Nullable;

/**
 * Counts attempts in their owners' accounts, from their placement until their slots are free: slots that run, and what
 * they cost. Not thread-safe.
 */
public final class Settlements {
    private final Backlog backlog;
    private final Charges charges = new Charges();
    private int urgentRunning;

    Settlements(Backlog backlog) {
        this.backlog = backlog;
    }

    /** Slots that urgent attempts hold. */
    public int urgentRunning() {
        return urgentRunning;
    }

    /** Attempts take slots whose cost nobody knows yet. */
    void charge(OwnerQueue queue, TaskInfo task, LiveAttempt attempt) {
        long cost = expectedCost(queue, task, attempt);
        charges.placed(task, Backlog.isUrgent(task), attempt, cost);
        queue.started(attempt.slots(), cost);
        urgentRunning += Backlog.isUrgent(task) ? attempt.slots() : 0;
        backlog.accountChanged(task.owner());
    }

    private static long expectedCost(OwnerQueue queue, TaskInfo task, LiveAttempt attempt) {
        return queue.account().cost(task.estimateMs() * attempt.slots());
    }

    /** An attempt that was running when the state was stored, and is charged already. */
    void resumed(TaskInfo task, LiveAttempt attempt, long tickMs) {
        OwnerQueue queue = backlog.queue(task.owner());
        resumed(queue, Backlog.isUrgent(task), attempt, expectedCost(queue, task, attempt), false, tickMs);
    }

    /** The same for one that had been revoked. */
    void resumed(RevokedAttempt it, long tickMs) {
        resumed(backlog.queue(it.owner()), it.urgent(), it.attempt(), it.cost(), true, tickMs);
    }

    private void resumed(
            OwnerQueue queue, boolean urgent, LiveAttempt attempt, long cost, boolean revoked, long tickMs) {
        backlog.change(queue, tickMs, () -> {
            charges.restored(queue.owner(), urgent, attempt, cost, revoked);
            queue.resumed(attempt.slots(), cost);
        });
        urgentRunning += urgent ? attempt.slots() : 0;
    }

    /** The process of an attempt started. */
    void ran(TaskInfo task, LiveAttempt attempt, long tickMs) {
        if (charges.started(attempt, tickMs)) {
            backlog.queue(task.owner()).ran(attempt.slots(), tickMs);
        }
    }

    /**
     * An attempt ended that gave its slots back, and costs what its process ran.
     *
     * @param result what its executor said, or null
     */
    void ended(LiveAttempt attempt, @Nullable AttemptResult result, long tickMs) {
        settle(attempt.epoch().sequence(), result, tickMs);
    }

    /** An attempt decides nothing any more, but holds its slots: it counts and costs until they are free. */
    RevokedAttempt revoked(TaskInfo task, LiveAttempt attempt) {
        return new RevokedAttempt(
                task.owner(), Backlog.isUrgent(task), task.isBrief(), task.taskId(), attempt, charges.revoked(attempt));
    }

    /**
     * The slots of an attempt are free.
     *
     * @param result what its executor said with that, or null
     */
    void freed(AttemptKey key, long heldMs, @Nullable AttemptResult result, long tickMs) {
        if (charges.freed(key.epoch().sequence(), heldMs)) {
            settle(key.epoch().sequence(), result, tickMs);
        }
    }

    private void settle(long epochSequence, @Nullable AttemptResult result, long tickMs) {
        Charges.Charge charge = charges.remove(epochSequence);
        if (charge == null) {
            return;
        }
        OwnerQueue queue = backlog.queue(charge.owner());
        backlog.change(queue, tickMs, () -> {
            queue.ended(charge.slots());
            if (charge.startedTick() != null) {
                queue.ranOut(charge.slots(), charge.startedTick());
            }
            queue.settle(charge.cost(), charge.settled(queue.account(), result, tickMs));
        });
        urgentRunning -= charge.urgent() ? charge.slots() : 0;
        backlog.accountChanged(charge.owner());
    }
}
