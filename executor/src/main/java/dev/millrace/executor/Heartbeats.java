package dev.millrace.executor;

import dev.millrace.executor.process.Watchdog;
import dev.millrace.platform.kafka.EventPublisher;
import dev.millrace.schemas.event.AttemptKey;
import dev.millrace.schemas.event.ExecutorHeartbeat;
import dev.millrace.schemas.event.ExecutorOnline;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the scheduler and the watchdog that this executor lives, and gives up what runs when it cannot prove its lease. The
 * registration is repeated every few beats, since a scheduler that lost sight of the executor forgets it.
 */
final class Heartbeats {
    private static final Logger LOG = LoggerFactory.getLogger(Heartbeats.class);
    private static final int REGISTER_EVERY = 5;

    /** Well within a lease, since the scheduler takes what is not listed for a lease as lost. */
    private static final int LIST_EVERY = 2;

    private final ExecutorSettings settings;
    private final ExecutorOnline registration;
    private final EventPublisher publisher;
    private final HeldAttempts held;
    private final Watchdog watchdog;
    private final Runnable onLeaseLost;
    private final Runnable onWatchdogLost;
    private final ScheduledExecutorService timer;
    private volatile Lease lease;
    private volatile long lastFedNanos = System.nanoTime();
    private volatile long lastStarvedNanos;
    private volatile boolean starved;
    private int beats;

    Heartbeats(
            ExecutorSettings settings,
            ExecutorOnline registration,
            EventPublisher publisher,
            HeldAttempts held,
            Watchdog watchdog,
            Runnable onLeaseLost,
            Runnable onWatchdogLost) {
        this.settings = settings;
        this.registration = registration;
        this.publisher = publisher;
        this.held = held;
        this.watchdog = watchdog;
        this.onLeaseLost = onLeaseLost;
        this.onWatchdogLost = onWatchdogLost;
        this.lease = new Lease(System.nanoTime(), TimeUnit.MILLISECONDS.toNanos(settings.leaseMs()));
        this.timer = Executors.newSingleThreadScheduledExecutor(task -> {
            var thread = new Thread(task, "heartbeat-" + settings.id());
            thread.setDaemon(true);
            return thread;
        });
    }

    void start() {
        var unused = timer.scheduleAtFixedRate(this::beat, 0, settings.heartbeatMs(), TimeUnit.MILLISECONDS);
    }

    boolean leaseHolds() {
        return lease.holdsAt(System.nanoTime());
    }

    private void beat() {
        try {
            if (!leaseHolds() && held.size() > 0) {
                LOG.atWarn()
                        .addKeyValue("executorId", settings.id())
                        .log("the lease cannot be proven; giving up what runs");
                onLeaseLost.run();
            }
            feedWatchdog();
            if (beats % REGISTER_EVERY == 0) {
                publisher.publish(registration).exceptionally(failure -> null);
            }
            send(beats++ % LIST_EVERY == 0 || held.takeChanged());
        } catch (RuntimeException e) {
            LOG.atError().addKeyValue("executorId", settings.id()).setCause(e).log("a heartbeat failed");
        }
    }

    private void feedWatchdog() {
        long now = System.nanoTime();
        if (now - lastFedNanos > TimeUnit.MILLISECONDS.toNanos(settings.leaseMs())) {
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
                    .log("the watchdog is gone; nothing may run without it");
            onWatchdogLost.run();
        }
    }

    /** Whether the watchdog may have killed tasks since {@code sinceNanos}, because this process was silent for too long. */
    boolean watchdogMayHaveKilledSince(long sinceNanos) {
        long silentFor = System.nanoTime() - lastFedNanos;
        return silentFor > TimeUnit.MILLISECONDS.toNanos(settings.leaseMs())
                || (starved && lastStarvedNanos - sinceNanos >= 0);
    }

    private void send(boolean withList) {
        List<AttemptKey> attempts = held.keys();
        long sentNanos = System.nanoTime();
        publisher
                .publish(new ExecutorHeartbeat(
                        settings.id(),
                        settings.pool(),
                        registration.incarnation(),
                        attempts.size(),
                        ExecutorHeartbeat.hashOf(attempts),
                        withList ? attempts : null))
                .thenRun(() -> lease = lease.renewed(sentNanos))
                .exceptionally(failure -> null);
    }

    void stop() {
        timer.shutdownNow();
    }
}
