package dev.millrace.executor;

import dev.millrace.executor.attempt.HeldAttempts;
import dev.millrace.executor.process.Watchdog;
import dev.millrace.executor.settings.ExecutorSettings;
import dev.millrace.platform.kafka.EventPublisher;
import dev.millrace.platform.work.Recurring;
import dev.millrace.schemas.event.AttemptKey;
import dev.millrace.schemas.event.Event;
import dev.millrace.schemas.event.ExecutorHeartbeat;
import dev.millrace.schemas.event.ExecutorOnline;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the scheduler and the watchdog that this executor is alive. If the executor cannot prove its lease, it gives up its running
 * attempts. The registration is repeated every few heartbeats, because the scheduler forgets an executor that it has not heard from.
 * Kafka, watchdog and lease have one thread each, so that trouble with one does not affect the others.
 */
final class Heartbeats {
    private static final Logger LOG = LoggerFactory.getLogger(Heartbeats.class);
    private static final int REGISTER_EVERY = 5;

    /** Well within a lease, because the scheduler treats an attempt as lost if it is not listed for the length of a lease. */
    private static final int LIST_EVERY = 2;

    /** The scheduler may start its lease timer up to one tick before it reads a heartbeat, so this executor ends its lease earlier. */
    private static final long LEASE_MARGIN_MS = 500;

    private static final long LEASE_CHECK_MS = 100;

    /** Decides what happens to the tasks when the lease or the watchdog is lost. */
    interface Losses {
        void leaseLost();

        /** Called at each beat until the watchdog runs again. */
        void watchdogLost();
    }

    private final ExecutorSettings settings;
    private final ExecutorOnline registration;
    private final Availability availability;
    private final EventPublisher publisher;
    private final HeldAttempts held;
    private final Watchdog watchdog;
    private final Losses losses;
    private final Recurring beating = new Recurring("heartbeat");
    private final Recurring feeding = new Recurring("watchdog-feed");
    private final Recurring proving = new Recurring("lease");
    private volatile Lease lease;
    private volatile boolean forgotten;

    /** Whether the last check gave up running attempts; used to log this only once. */
    private boolean givingUp;

    private volatile long lastFedNanos = System.nanoTime();
    private volatile long lastStarvedNanos;
    private volatile boolean starved;
    private int beats;

    Heartbeats(
            ExecutorSettings settings,
            ExecutorOnline registration,
            Availability availability,
            EventPublisher publisher,
            HeldAttempts held,
            Watchdog watchdog,
            Losses losses) {
        this.settings = settings;
        this.registration = registration;
        this.availability = availability;
        this.publisher = publisher;
        this.held = held;
        this.watchdog = watchdog;
        this.losses = losses;
        this.lease = newLease();
    }

    private Lease newLease() {
        return new Lease(System.nanoTime(), TimeUnit.MILLISECONDS.toNanos(settings.leaseMs() - LEASE_MARGIN_MS));
    }

    /** Starts the lease. Must be called after Kafka has acknowledged the registration. */
    void start() {
        lease = newLease();
        lastFedNanos = System.nanoTime();
        beating.every(settings.heartbeatMs(), this::beat);
        feeding.every(settings.heartbeatMs(), this::feedWatchdog);
        proving.every(LEASE_CHECK_MS, this::proveLease);
    }

    boolean leaseHolds() {
        return lease.holdsAt(System.nanoTime());
    }

    /** Announces a change of {@link Availability} at once, instead of with one of the next beats. */
    void announce() {
        beating.once(this::register);
    }

    private void proveLease() {
        boolean holds = leaseHolds();
        forgotten |= !holds;
        boolean giveUp = !holds && held.size() > 0;
        if (giveUp) {
            if (!givingUp) {
                LOG.atWarn()
                        .addKeyValue("executorId", settings.id())
                        .addKeyValue("attempts", held.size())
                        .log("the lease cannot be proven; giving up the running attempts");
            }
            losses.leaseLost();
        }
        givingUp = giveUp;
    }

    private void beat() {
        if (beats % REGISTER_EVERY == 0) {
            register();
        }
        send(beats++ % LIST_EVERY == 0 || held.takeChanged());
    }

    private void register() {
        boolean maybeForgotten = forgotten && leaseHolds();
        if (maybeForgotten) {
            forgotten = false;
        }
        availability.announcement(registration, maybeForgotten).forEach(this::publish);
    }

    private void publish(Event event) {
        publisher.publish(event).exceptionally(failure -> null);
    }

    private void feedWatchdog() {
        long now = System.nanoTime();
        if (now - lastFedNanos > suspiciousNanos()) {
            lastStarvedNanos = now;
            starved = true;
        }
        lastFedNanos = now;
        try {
            watchdog.alive();
        } catch (IOException e) {
            LOG.atError()
                    .addKeyValue("executorId", settings.id())
                    .addKeyValue("cause", e)
                    .log("the watchdog is gone and is started again");
            // The watchdog may have killed tasks before it died.
            lastStarvedNanos = System.nanoTime();
            starved = true;
            losses.watchdogLost();
        }
    }

    /** Shorter than the silence that the watchdog tolerates, because its timer and this one do not start at the same moment. */
    private long suspiciousNanos() {
        return TimeUnit.MILLISECONDS.toNanos(settings.leaseMs()) / 2;
    }

    /** Whether the watchdog may have killed tasks since {@code sinceNanos}, because this process was silent for too long. */
    boolean watchdogMayHaveKilledSince(long sinceNanos) {
        return System.nanoTime() - lastFedNanos > suspiciousNanos() || (starved && lastStarvedNanos - sinceNanos >= 0);
    }

    private void send(boolean withList) {
        // Read before the list: an attempt that starts in between must not seem to be missing.
        long sentAtMs = System.currentTimeMillis();
        List<AttemptKey> attempts = held.keys();
        long sentNanos = System.nanoTime();
        publisher
                .publish(new ExecutorHeartbeat(
                        settings.id(),
                        settings.pool(),
                        registration.incarnation(),
                        attempts.size(),
                        ExecutorHeartbeat.hashOf(attempts),
                        withList ? attempts : null,
                        sentAtMs))
                .thenRun(() -> lease = lease.renewed(sentNanos))
                .exceptionally(failure -> null);
    }

    void stop() {
        beating.close();
        feeding.close();
        proving.close();
    }
}
