package dev.millrace.executor;

import dev.millrace.executor.attempt.AttemptRunner;
import dev.millrace.executor.attempt.HeldAttempts;
import dev.millrace.executor.settings.ExecutorSettings;
import dev.millrace.schemas.event.AttemptRevoked;
import dev.millrace.schemas.event.Priority;
import dev.millrace.schemas.event.TaskDispatched;
import java.util.Comparator;
import java.util.concurrent.PriorityBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.LongPredicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The dispatches that wait in an executor, urgent tasks first, and the slots that run them. A dispatch that does not start here, for
 * whatever reason, goes back to the scheduler and is charged to no budget. Thread-safe.
 */
final class Slots {
    private static final Logger LOG = LoggerFactory.getLogger(Slots.class);
    private static final String NO_WORK = "the executor takes no work";
    private static final long LOOK_MS = 200;

    private final ExecutorSettings settings;
    private final String incarnation;
    private final Availability availability;
    private final HeldAttempts held;
    private final AttemptRunner runner;
    private final LongPredicate watchdogKilledSince;
    private final BooleanSupplier leaseHolds;
    private final PriorityBlockingQueue<HeldAttempts.Held> waiting = new PriorityBlockingQueue<>(
            16,
            Comparator.comparing((HeldAttempts.Held it) -> it.dispatch.priority() != Priority.URGENT)
                    .thenComparingLong(it -> it.order));

    /**
     * @param watchdogKilledSince whether the watchdog may have killed tasks since the given {@link System#nanoTime()}
     * @param leaseHolds whether the executor's lease holds; no task starts while it does not
     */
    Slots(
            ExecutorSettings settings,
            String incarnation,
            Availability availability,
            HeldAttempts held,
            AttemptRunner runner,
            LongPredicate watchdogKilledSince,
            BooleanSupplier leaseHolds) {
        this.settings = settings;
        this.incarnation = incarnation;
        this.availability = availability;
        this.held = held;
        this.runner = runner;
        this.watchdogKilledSince = watchdogKilledSince;
        this.leaseHolds = leaseHolds;
    }

    /** Accepts, gives back or ignores a dispatch. */
    void dispatched(TaskDispatched dispatch, @Nullable String traceparent) {
        var judgement = IntakeRules.judge(
                dispatch,
                settings.id(),
                incarnation,
                held.isHeldOrRevoked(dispatch.attemptKey()),
                !availability.takesWork(),
                held.size(),
                settings.slots() + settings.maxWaiting());
        switch (judgement) {
            case ACCEPT -> {
                waiting.add(held.take(dispatch, traceparent));
                if (!availability.takesWork()) {
                    // The slot threads may have ended already, so nothing else would take the dispatch from the queue.
                    giveBackWaiting();
                }
            }
            case GIVE_BACK -> runner.giveBack(dispatch, availability.takesWork() ? "the executor is full" : NO_WORK);
            case IGNORE ->
                LOG.atDebug()
                        .addKeyValue("taskId", dispatch.taskId())
                        .log("a dispatch was for an earlier incarnation of this executor");
        }
    }

    /** Ends the attempt if it runs and gives it back if it waits. If its dispatch arrives only later, that dispatch is ignored. */
    void revoked(AttemptRevoked revoked) {
        HeldAttempts.Held attempt = held.revoke(Intake.keyOf(revoked), System.nanoTime());
        if (attempt == null) {
            return;
        }
        attempt.revoke();
        if (waiting.remove(attempt)) {
            runner.giveBack(attempt.dispatch, "revoked before it started");
        }
    }

    /** Gives back all waiting dispatches, so that they can run elsewhere. Must be called after the executor has stopped taking work. */
    void giveBackWaiting() {
        for (HeldAttempts.Held next = waiting.poll(); next != null; next = waiting.poll()) {
            runner.giveBack(next.dispatch, NO_WORK);
        }
    }

    private boolean startsNothing() {
        return !availability.takesWork() || !leaseHolds.getAsBoolean();
    }

    /** Runs one task after the other in a slot, on the calling thread, until the executor drains or the thread is interrupted. */
    void serve(int slot) {
        while (!availability.isDraining()) {
            try {
                HeldAttempts.Held next = waiting.poll(LOOK_MS, TimeUnit.MILLISECONDS);
                if (next != null) {
                    runner.run(next, slot, this::startsNothing, watchdogKilledSince);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            } catch (RuntimeException | Error e) {
                LOG.atError().addKeyValue("slot", slot).setCause(e).log("a slot failed");
            }
        }
    }
}
