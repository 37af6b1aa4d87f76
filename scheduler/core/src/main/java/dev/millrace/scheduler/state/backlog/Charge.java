package dev.millrace.scheduler.state.backlog;

import dev.millrace.scheduler.model.LiveAttempt;
import dev.millrace.scheduler.model.OwnerAccount;
import dev.millrace.scheduler.model.RevokedAttempt;
import dev.millrace.scheduler.model.TaskInfo;
import dev.millrace.schemas.event.AttemptResult;
import org.jspecify.annotations.Nullable;

/**
 * One attempt's charge to its owner: at first what it is expected to cost, which grows with what its process runs beyond that. Not
 * thread-safe.
 */
public final class Charge {
    /** Longer runs are mistakes of a clock; bounds what one report can charge. */
    private static final long LONGEST_MS = 30L * 24 * 3_600_000;

    /** The part of its time that an attempt is charged ahead once it outlasts its charge, so that charging takes few steps. */
    private static final int AHEAD_PART = 4;

    private static final long LEAST_AHEAD_MS = 250;

    private final String owner;
    private final String taskId;
    private final boolean urgent;
    private final boolean guess;
    private final LiveAttempt attempt;
    private final boolean restored;
    private long cost;

    /** The run time that the cost stands for. */
    private long chargedMs;

    /** For how long it had run when it was restored, as far as that is known. */
    private long ranBeforeMs;

    private @Nullable Long startedTick;
    private @Nullable Long runsSinceTick;
    private @Nullable Long heldMs;
    private boolean revoked;

    private Charge(
            String owner,
            String taskId,
            boolean urgent,
            boolean guess,
            LiveAttempt attempt,
            long cost,
            long chargedMs,
            boolean restored) {
        this.owner = owner;
        this.taskId = taskId;
        this.urgent = urgent;
        this.guess = guess;
        this.attempt = attempt;
        this.cost = cost;
        this.chargedMs = chargedMs;
        this.restored = restored;
    }

    /** @param restored whether an earlier dispatcher placed it, so that its start may have been reported to that one */
    static Charge of(TaskInfo task, LiveAttempt attempt, long cost, long chargedMs, boolean restored) {
        return new Charge(
                task.owner(), task.taskId(), task.isUrgent(), task.isGuess(), attempt, cost, chargedMs, restored);
    }

    /** An attempt that was revoked before the state was stored. */
    static Charge of(RevokedAttempt it) {
        var charge = new Charge(it.owner(), it.taskId(), it.urgent(), false, it.attempt(), it.cost(), 0, true);
        charge.revoke();
        return charge;
    }

    String owner() {
        return owner;
    }

    public String taskId() {
        return taskId;
    }

    boolean isUrgent() {
        return urgent;
    }

    /** Whether nobody knew how long it takes. */
    boolean isGuess() {
        return guess;
    }

    public LiveAttempt attempt() {
        return attempt;
    }

    int slots() {
        return attempt.slots();
    }

    /** In virtual time. */
    public long cost() {
        return cost;
    }

    /** Whether it decides nothing any more, and is charged until it gives its slots back. */
    boolean isRevoked() {
        return revoked;
    }

    void revoke() {
        revoked = true;
    }

    /** Since when its process runs for all that is known, on the tick clock; null if it does not. */
    @Nullable
    Long runsSinceTick() {
        return runsSinceTick;
    }

    /** It ran when the state was stored, or will start soon. Since when it ran is not known, so its time counts from now. */
    void resumed(long tickMs, long estimateMs) {
        runsSinceTick = tickMs;
        // Time charged beyond the estimate has run, except for the part that was charged ahead.
        ranBeforeMs = chargedMs > estimateMs ? chargedMs - chargedMs / (AHEAD_PART + 1) : 0;
    }

    /** Its start was reported. Returns whether it counts as running only from now. */
    boolean started(long tickMs) {
        if (startedTick == null) {
            startedTick = tickMs;
        }
        if (runsSinceTick != null) {
            return false;
        }
        runsSinceTick = tickMs;
        return true;
    }

    /** It gave its slots back, after it held them for so long. */
    void held(long ms) {
        heldMs = ms;
    }

    /** Charges for time that was not expected, at the price of {@code account}. Returns how much that is; 0 for nothing. */
    long overrun(OwnerAccount account, long tickMs) {
        long ran = runsSinceTick == null || revoked ? 0 : ranBeforeMs + tickMs - runsSinceTick;
        if (ran <= chargedMs) {
            return 0;
        }
        long ahead = ran + Math.max(LEAST_AHEAD_MS, ran / AHEAD_PART);
        long more = account.cost((ahead - chargedMs) * slots());
        chargedMs = ahead;
        cost += more;
        return more;
    }

    /** Its cost in the end, in virtual time, at the price of {@code account}. */
    long settled(OwnerAccount account, @Nullable AttemptResult result, long tickMs) {
        Long ran = result == null ? null : Math.max(0, Math.min(LONGEST_MS, result.durationMs()));
        if (ran != null && !revoked) {
            return account.cost(ran * slots());
        }
        long sinceStart = startedTick == null ? 0 : Math.max(0, tickMs - startedTick);
        long known = Math.max(ran == null ? 0 : ran, heldMs == null ? sinceStart : heldMs);
        // Nobody knows for how long the attempt held its slots before this dispatcher.
        long least = restored && startedTick == null ? cost : 0;
        return Math.max(least, account.cost(known * slots()));
    }
}
