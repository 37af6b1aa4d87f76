package dev.millrace.scheduler.state.backlog;

import dev.millrace.scheduler.model.LiveAttempt;
import dev.millrace.scheduler.model.OwnerAccount;
import dev.millrace.scheduler.model.RevokedAttempt;
import dev.millrace.scheduler.model.TaskInfo;
import dev.millrace.schemas.event.AttemptResult;
import org.jspecify.annotations.Nullable;

/**
 * The charge of one attempt to its owner's account. It starts at the expected cost, and grows if the process runs longer than expected. Not
 * thread-safe.
 */
public final class Charge {
    /** The longest run time that is believed: a longer one must be the error of a clock. Bounds what one report can charge. */
    private static final long LONGEST_MS = 30L * 24 * 3_600_000;

    /**
     * Once an attempt runs longer than it was charged for, it is charged in advance for its run time divided by this number, so that few
     * further charges are needed.
     */
    private static final int AHEAD_PART = 4;

    private static final long LEAST_AHEAD_MS = 250;

    private final String owner;
    private final String taskId;
    private final boolean urgent;
    private final boolean guess;
    private final LiveAttempt attempt;
    private final boolean restored;
    private long cost;

    /** The run time that has been charged. */
    private long chargedMs;

    /** How long it had run before it was restored, as far as that is known. */
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

    /** @param restored whether an earlier dispatcher placed the attempt; if so, its start may have been reported to that dispatcher */
    static Charge of(TaskInfo task, LiveAttempt attempt, long cost, long chargedMs, boolean restored) {
        return new Charge(
                task.owner(), task.taskId(), task.isUrgent(), task.isGuess(), attempt, cost, chargedMs, restored);
    }

    /** Creates the charge of an attempt that was revoked before the state was stored. */
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

    /** Returns whether the estimate of its task was only a guess. */
    boolean isGuess() {
        return guess;
    }

    public LiveAttempt attempt() {
        return attempt;
    }

    int slots() {
        return attempt.slots();
    }

    /** Returns what was charged so far, in virtual time. */
    public long cost() {
        return cost;
    }

    /** Returns whether it can no longer decide its task, and is charged until it gives its slots back. */
    boolean isRevoked() {
        return revoked;
    }

    void revoke() {
        revoked = true;
    }

    /** Returns the time since which its process is known to run, on the tick clock; null if it is not known to run. */
    @Nullable
    Long runsSinceTick() {
        return runsSinceTick;
    }

    /**
     * Counts a restored attempt as running. It ran when the state was stored, or it will start soon. Its start time is unknown, so its
     * further run time counts from now.
     */
    void resumed(long tickMs, long estimateMs) {
        runsSinceTick = tickMs;
        // If more than the estimate was charged, the attempt has run for the charged time, except for the part that was
        // charged in advance.
        ranBeforeMs = chargedMs > estimateMs ? chargedMs - chargedMs / (AHEAD_PART + 1) : 0;
    }

    /** Notes that its start was reported. Returns true if it did not count as running before. */
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

    /** Notes that it gave its slots back, after it had held them for {@code ms}. */
    void held(long ms) {
        heldMs = ms;
    }

    /** Returns how long it held its slots; null if that is unknown. */
    @Nullable
    Long heldMs() {
        return heldMs;
    }

    /**
     * Charges for run time that has not been charged yet, at the price for {@code account}. Returns the additional charge, or 0 if there is
     * none.
     */
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

    /** Returns how long its process ran by the report of its executor, within what is possible; null without a report. */
    static @Nullable Long ranMs(@Nullable AttemptResult result) {
        return result == null ? null : Math.max(0, Math.min(LONGEST_MS, result.durationMs()));
    }

    /** Returns its final cost in virtual time, at the price for {@code account}. */
    long settled(OwnerAccount account, @Nullable AttemptResult result, long tickMs) {
        Long ran = ranMs(result);
        if (ran != null && !revoked) {
            return account.cost(ran * slots());
        }
        long sinceStart = startedTick == null ? 0 : Math.max(0, tickMs - startedTick);
        long known = Math.max(ran == null ? 0 : ran, heldMs == null ? sinceStart : heldMs);
        // It is unknown how long the attempt held its slots before this dispatcher started, so it costs at least what
        // was charged.
        long least = restored && startedTick == null ? cost : 0;
        return Math.max(least, account.cost(known * slots()));
    }
}
