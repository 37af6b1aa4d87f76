package dev.millrace.scheduler.state.backlog;

import dev.millrace.scheduler.model.LiveAttempt;
import dev.millrace.scheduler.model.RevokedAttempt;
import dev.millrace.scheduler.model.TaskInfo;
import dev.millrace.schemas.event.AttemptKey;
import dev.millrace.schemas.event.AttemptResult;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Counts attempts in their owners' accounts, from their placement until their slots are free: slots that run, and what
 * they cost. Not thread-safe.
 */
public final class Settlements {
    private final Backlog backlog;
    private final Consumer<String> onAccountChange;
    private final Charges charges = new Charges();
    private int urgentRunning;

    Settlements(Backlog backlog, Consumer<String> onAccountChange) {
        this.backlog = backlog;
        this.onAccountChange = onAccountChange;
    }

    /** Slots that urgent attempts hold. */
    public int urgentRunning() {
        return urgentRunning;
    }

    /** Attempts take slots whose cost nobody knows yet. Returns what is charged for now. */
    long charge(OwnerQueue queue, TaskInfo task, LiveAttempt attempt) {
        long cost = queue.account().cost(task.estimateMs() * attempt.slots());
        charges.put(Charge.of(task, attempt, cost, task.estimateMs(), false));
        queue.guessed(task.isGuess() ? attempt.slots() : 0);
        queue.started(attempt.slots(), cost);
        urgentRunning += task.isUrgent() ? attempt.slots() : 0;
        onAccountChange.accept(task.owner());
        return cost;
    }

    /** An attempt that was running when the state was stored, and is charged already. */
    public void resumed(TaskInfo task, LiveAttempt attempt, long tickMs) {
        OwnerQueue queue = backlog.queue(task.owner());
        long cost = attempt.cost() == 0 ? queue.account().cost(task.estimateMs() * attempt.slots()) : attempt.cost();
        long chargedMs = queue.account().slotMs(cost) / attempt.slots();
        var charge = Charge.of(task, attempt, cost, chargedMs, true);
        resumed(queue, charge, task.estimateMs(), tickMs);
    }

    /** The same for one that had been revoked. */
    public void resumed(RevokedAttempt it, long tickMs) {
        var charge = Charge.of(it);
        resumed(backlog.queue(it.owner()), charge, 0, tickMs);
    }

    private void resumed(OwnerQueue queue, Charge charge, long estimateMs, long tickMs) {
        backlog.change(queue, tickMs, () -> {
            charges.put(charge);
            queue.resumed(charge.slots(), charge.cost());
            queue.guessed(charge.isGuess() ? charge.slots() : 0);
            charge.resumed(tickMs, estimateMs);
            queue.ran(charge.slots(), tickMs);
        });
        urgentRunning += charge.isUrgent() ? charge.slots() : 0;
    }

    /** The process of an attempt started. */
    public void ran(TaskInfo task, LiveAttempt attempt, long tickMs) {
        Charge charge = charges.get(attempt);
        if (charge != null && charge.started(tickMs)) {
            backlog.queue(task.owner()).ran(attempt.slots(), tickMs);
        }
    }

    /**
     * Charges for what ran longer than it was charged for: else an owner whose tasks take longer than expected would have all slots
     * until they end.
     *
     * @param recharged receives each attempt whose charge grew
     */
    public void chargeOverruns(long tickMs, Consumer<Charge> recharged) {
        for (Charge charge : charges.all()) {
            OwnerQueue queue = backlog.queue(charge.owner());
            long more = charge.overrun(queue.account(), tickMs);
            if (more > 0) {
                backlog.change(queue, tickMs, () -> queue.chargeMore(more));
                onAccountChange.accept(charge.owner());
                recharged.accept(charge);
            }
        }
    }

    /**
     * An attempt ended that gave its slots back, and costs what its process ran.
     *
     * @param result what its executor said, or null
     */
    public void ended(LiveAttempt attempt, @Nullable AttemptResult result, long tickMs) {
        settle(attempt.epoch().sequence(), result, tickMs);
    }

    /** An attempt decides nothing any more, but holds its slots: it counts and costs until they are free. */
    public RevokedAttempt revoked(TaskInfo task, LiveAttempt attempt) {
        return new RevokedAttempt(
                task.owner(), task.isUrgent(), task.isBrief(), task.taskId(), attempt, charges.revoked(attempt));
    }

    /**
     * The slots of an attempt are free.
     *
     * @param result what its executor said with that, or null
     */
    public void freed(AttemptKey key, long heldMs, @Nullable AttemptResult result, long tickMs) {
        if (charges.freed(key.epoch().sequence(), heldMs)) {
            settle(key.epoch().sequence(), result, tickMs);
        }
    }

    private void settle(long epochSequence, @Nullable AttemptResult result, long tickMs) {
        Charge charge = charges.remove(epochSequence);
        if (charge == null) {
            return;
        }
        OwnerQueue queue = backlog.queue(charge.owner());
        backlog.change(queue, tickMs, () -> {
            queue.ended(charge.slots());
            queue.guessed(charge.isGuess() ? -charge.slots() : 0);
            if (charge.runsSinceTick() != null) {
                queue.ranOut(charge.slots(), charge.runsSinceTick());
            }
            queue.settle(charge.cost(), charge.settled(queue.account(), result, tickMs));
        });
        urgentRunning -= charge.isUrgent() ? charge.slots() : 0;
        onAccountChange.accept(charge.owner());
    }
}
