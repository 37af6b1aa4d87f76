package dev.millrace.scheduler.state.backlog;

import dev.millrace.scheduler.model.LiveAttempt;
import dev.millrace.scheduler.model.RevokedAttempt;
import dev.millrace.scheduler.model.TaskInfo;
import dev.millrace.schemas.event.AttemptKey;
import dev.millrace.schemas.event.AttemptResult;
import dev.millrace.schemas.event.Role;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Counts attempts in their owners' accounts, from their placement until their slots are free: the slots that they hold, and what they cost.
 * Not thread-safe.
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

    /** Returns the number of slots that urgent attempts hold. */
    public int urgentRunning() {
        return urgentRunning;
    }

    /** Charges an attempt that takes its slots. Its final cost is not known yet, so its expected cost is charged for now, and returned. */
    long charge(OwnerQueue queue, TaskInfo task, LiveAttempt attempt) {
        long cost = queue.account().cost(task.estimateMs() * attempt.slots());
        charges.put(Charge.of(task, attempt, cost, task.estimateMs(), false));
        queue.guessed(task.isGuess() ? attempt.slots() : 0);
        queue.started(attempt.slots(), cost);
        urgentRunning += task.isUrgent() ? attempt.slots() : 0;
        onAccountChange.accept(task.owner());
        return cost;
    }

    /** Restores an attempt that was live when the state was stored. Its owner has already been charged for it. */
    public void resumed(TaskInfo task, LiveAttempt attempt, long tickMs) {
        OwnerQueue queue = backlog.queue(task.owner());
        long cost = attempt.cost() == 0 ? queue.account().cost(task.estimateMs() * attempt.slots()) : attempt.cost();
        long chargedMs = queue.account().slotMs(cost) / attempt.slots();
        var charge = Charge.of(task, attempt, cost, chargedMs, true);
        resumed(queue, charge, task.estimateMs(), tickMs);
    }

    /** Restores an attempt that had been revoked when the state was stored. */
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

    /** Notes that the process of an attempt has started. */
    public void ran(TaskInfo task, LiveAttempt attempt, long tickMs) {
        Charge charge = charges.get(attempt);
        if (charge != null && charge.started(tickMs)) {
            backlog.queue(task.owner()).ran(attempt.slots(), tickMs);
        }
    }

    /**
     * Charges for attempts that run longer than they were charged for. Otherwise an owner whose tasks take longer than expected could get
     * all slots until these tasks end.
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
     * Settles an attempt that has ended and given its slots back. It costs the time that its process ran.
     *
     * @param result the result that its executor reported, or null
     */
    public void ended(LiveAttempt attempt, @Nullable AttemptResult result, long tickMs) {
        settle(attempt.epoch().sequence(), result, tickMs);
    }

    /** Notes that an attempt can no longer decide its task but still holds its slots. It is counted and charged until they are free. */
    public RevokedAttempt revoked(TaskInfo task, LiveAttempt attempt) {
        return new RevokedAttempt(
                task.owner(),
                task.isUrgent(),
                task.isBrief(),
                task.taskId(),
                attempt,
                charges.revoked(attempt),
                task.role() == Role.TEARDOWN ? null : task.scopeKey());
    }

    /**
     * Notes that the slots of an attempt are free, and settles the attempt if it was revoked.
     *
     * @param result the result that its executor reported when it freed the slots, or null
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
            Long held = charge.heldMs();
            Long ran = Charge.ranMs(result);
            if (charge.isGuess() && !charge.isRevoked() && held != null && ran != null) {
                queue.guessEnded(held, ran);
            }
        });
        urgentRunning -= charge.isUrgent() ? charge.slots() : 0;
        onAccountChange.accept(charge.owner());
    }
}
