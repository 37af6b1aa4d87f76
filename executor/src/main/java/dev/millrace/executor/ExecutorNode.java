package dev.millrace.executor;

import dev.millrace.executor.attempt.AttemptPreparation;
import dev.millrace.executor.attempt.AttemptReports;
import dev.millrace.executor.attempt.AttemptRunner;
import dev.millrace.executor.attempt.AttemptSealer;
import dev.millrace.executor.attempt.HeldAttempts;
import dev.millrace.executor.attempt.LiveEvents;
import dev.millrace.executor.attempt.Reporter;
import dev.millrace.executor.attempt.ResultSpool;
import dev.millrace.executor.attempt.StorePatience;
import dev.millrace.executor.disk.DiskRoom;
import dev.millrace.executor.disk.DiskUnit;
import dev.millrace.executor.disk.DiskWatch;
import dev.millrace.executor.process.Watchdog;
import dev.millrace.executor.sandbox.Sandbox;
import dev.millrace.executor.settings.ExecutorSettings;
import dev.millrace.platform.blob.BlobClient;
import dev.millrace.platform.config.ConfigException;
import dev.millrace.platform.http.Health;
import dev.millrace.platform.http.HttpService;
import dev.millrace.platform.http.ServiceProbe;
import dev.millrace.platform.kafka.EventPublisher;
import dev.millrace.platform.kafka.KafkaSettings;
import dev.millrace.platform.work.ByteBudget;
import dev.millrace.platform.work.Recurring;
import dev.millrace.schemas.event.ExecutorOffline;
import dev.millrace.schemas.event.ExecutorOnline;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.URI;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One executor, wired together: intake, slots, heartbeats and the watchdog. Each start is a new incarnation. */
public final class ExecutorNode {
    /** Documents may take 1/{@value} of the heap while they are parsed. The rest is for parsed data and for everything else. */
    public static final int PARSING_PART_OF_HEAP = 4;

    private static final Logger LOG = LoggerFactory.getLogger(ExecutorNode.class);

    /** How long the publisher collects events, so that the reports of short tasks are sent together. */
    private static final int GATHER_MS = 5;

    private static final long STOP_SLACK_MS = 5_000;

    private final Vertx vertx;
    private final ExecutorSettings settings;
    private final PrometheusMeterRegistry metrics;
    private final String incarnation = UUID.randomUUID().toString();
    private final HeldAttempts held = new HeldAttempts();
    private final Availability availability = new Availability();
    private final EventPublisher publisher;
    private final Reporter reporter;
    private final LiveEvents live;
    private final Sandbox sandbox;
    private final DiskWatch disk;
    private final Watchdog watchdog;
    private final Intake intake;
    private final Heartbeats heartbeats;
    private final AttemptRunner runner;
    private final Slots slots;
    private final ExecutorOnline registration;
    private final ResultSpool spool;
    private final ExecutorResources resources;
    private final List<Thread> threads = new ArrayList<>();
    private final DiskRoom room;
    private final Recurring looking = new Recurring("disk-room");
    private final ServiceProbe artifactProbe;

    private volatile @Nullable URI healthAddress;
    private volatile boolean online;

    /**
     * Acquires the resources that the executor needs on this machine, see {@link ExecutorResources#open}. {@link #start} then begins to
     * take work.
     *
     * @param parsing the memory budget for parsing documents, shared with the other executors of this process
     * @throws IOException if the directory cannot be created, another executor uses it, or the watchdog cannot be started
     * @throws ConfigException if tasks cannot be isolated as the settings require
     */
    public static ExecutorNode prepare(
            Vertx vertx,
            ExecutorSettings settings,
            KafkaSettings kafka,
            URI artifactService,
            ByteBudget parsing,
            PrometheusMeterRegistry metrics)
            throws IOException {
        var blobs = new BlobClient(artifactService);
        ExecutorResources resources = ExecutorResources.open(settings, blobs);
        try {
            return new ExecutorNode(vertx, settings, kafka, artifactService, blobs, parsing, metrics, resources);
        } catch (RuntimeException | Error e) {
            resources.close();
            throw e;
        }
    }

    private ExecutorNode(
            Vertx vertx,
            ExecutorSettings settings,
            KafkaSettings kafka,
            URI artifactService,
            BlobClient blobs,
            ByteBudget parsing,
            PrometheusMeterRegistry metrics,
            ExecutorResources resources) {
        this.resources = resources;
        this.vertx = vertx;
        this.settings = settings;
        this.metrics = metrics;
        this.sandbox = resources.sandbox();
        this.watchdog = resources.watchdog();
        this.disk = new DiskWatch(
                settings.sandbox().maxDiskBytes(), settings.sandbox().maxDiskFiles());
        this.publisher = new EventPublisher(kafka, "executor", settings.id(), GATHER_MS, Clock.systemUTC());
        this.reporter = new Reporter(publisher, settings.reportWaitMs());
        this.live = new LiveEvents(publisher, settings.id());
        this.artifactProbe = new ServiceProbe(vertx, "the artifact service", artifactService);
        this.room = room();
        this.spool = spool();
        var reports = new AttemptReports(settings.id(), incarnation, reporter, live, held);
        this.runner = new AttemptRunner(
                settings,
                new AttemptPreparation(settings, resources.inputs(), sandbox, parsing),
                sandbox,
                disk,
                watchdog,
                new AttemptSealer(settings, blobs, disk, room),
                live,
                reports,
                spool,
                resources.threads().finishing(),
                resources.threads().readers());
        this.registration = registration();
        this.heartbeats = new Heartbeats(settings, registration, availability, publisher, held, watchdog, losses());
        this.slots = new Slots(
                settings,
                incarnation,
                availability,
                held,
                runner,
                heartbeats::watchdogMayHaveKilledSince,
                heartbeats::leaseHolds);
        this.intake = new Intake(kafka, settings.id(), slots::dispatched, slots::revoked);
    }

    private DiskRoom room() {
        return new DiskRoom(
                new DiskRoom.CachingDisk(settings.directory(), resources.inputs()),
                Map.of(DiskUnit.BYTES, settings.minFreeBytes(), DiskUnit.FILES, settings.minFreeFiles()),
                reason -> pause(Availability.Obstacle.DISK_FULL, reason),
                () -> resume(Availability.Obstacle.DISK_FULL),
                disk::relieve);
    }

    private ResultSpool spool() {
        return new ResultSpool(
                new StorePatience(settings.storeWaitMs()),
                new ResultSpool.Limits(
                        settings.maxSpoolBytes(), ExecutorThreads.STORING, ExecutorThreads.STORING_PER_OWNER),
                resources.threads().storing(),
                resources.threads().finishing(),
                reason -> pause(Availability.Obstacle.SPOOL_FULL, reason),
                () -> resume(Availability.Obstacle.SPOOL_FULL));
    }

    private ExecutorOnline registration() {
        var labels = new TreeMap<>(sandbox.labels());
        labels.putAll(settings.labels());
        return new ExecutorOnline(
                settings.id(),
                settings.pool(),
                incarnation,
                settings.slots(),
                hostName(),
                labels,
                settings.capacity(),
                settings.ofTasks());
    }

    private Heartbeats.Losses losses() {
        return new Heartbeats.Losses() {
            @Override
            public void leaseLost() {
                runner.leaseLost();
            }

            @Override
            public void watchdogLost() {
                restartWatchdog();
            }
        };
    }

    /** Returns lines that describe how tasks are isolated on this machine, for the person who starts the executor. */
    public List<String> isolation() {
        return sandbox.announcement();
    }

    private static String hostName() {
        String name = System.getenv("HOSTNAME");
        return name == null || name.isBlank() ? "localhost" : name;
    }

    /**
     * Positions the intake, registers the executor, starts its threads and serves health. Blocks until Kafka has acknowledged the
     * registration.
     */
    public void start() throws IOException {
        intake.position();
        live.start();
        reporter.report(registration);
        // Starts the lease. No task starts without a lease.
        heartbeats.start();
        run(intake, "intake-" + settings.id());
        for (int slot = 0; slot < settings.slots(); slot++) {
            int number = slot;
            run(() -> slots.serve(number), "slot-" + settings.id() + "-" + slot);
        }
        disk.start();
        spool.start();
        looking.every(settings.heartbeatMs(), room::run);
        online = true;
        serveHealth();
        LOG.atInfo()
                .addKeyValue("executorId", settings.id())
                .addKeyValue("slots", settings.slots())
                .addKeyValue("sandbox", sandbox.labels())
                .log("executor is online");
        sandbox.warn(settings.id());
    }

    private void run(Runnable task, String name) {
        Thread thread = ExecutorThreads.daemon(settings.id(), task, name);
        threads.add(thread);
        thread.start();
    }

    private void serveHealth() throws IOException {
        ExecutorMetrics.register(metrics, settings.id(), held, spool, runner, live);
        var health = new Health(metrics);
        health.require("lease", () -> heartbeats.leaseHolds() ? null : "no heartbeat was acknowledged in time");
        health.require("watchdog", () -> watchdog.isAlive() ? null : "the watchdog is gone");
        health.require("intake", intake::trouble);
        health.require("artifact-service", artifactProbe::trouble);
        var http = new HttpService(vertx, "executor-" + settings.id(), settings.http(), health, metrics, false);
        try {
            healthAddress =
                    http.listen().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while starting", e);
        } catch (java.util.concurrent.ExecutionException | java.util.concurrent.TimeoutException e) {
            throw new IOException("cannot serve health: " + e.getMessage(), e);
        }
    }

    public boolean isReady() {
        return online && heartbeats.leaseHolds() && intake.trouble() == null;
    }

    /** Returns the address at which the executor serves its health. */
    public URI healthAddress() {
        return Objects.requireNonNull(healthAddress, "not started");
    }

    public String id() {
        return settings.id();
    }

    /** Returns the process id of the watchdog, which cleans up after this process. */
    public long watchdogPid() {
        return watchdog.pid();
    }

    /** Takes no new work until {@link #resume}. Running attempts continue. */
    private void pause(Availability.Obstacle obstacle, String reason) {
        if (availability.pause(obstacle, reason)) {
            LOG.atWarn()
                    .addKeyValue("executorId", settings.id())
                    .addKeyValue("reason", reason)
                    .log("the executor takes no work for now");
            heartbeats.announce();
            slots.giveBackWaiting();
        }
    }

    private void resume(Availability.Obstacle obstacle) {
        if (availability.resume(obstacle)) {
            LOG.atInfo()
                    .addKeyValue("executorId", settings.id())
                    .addKeyValue("gone", obstacle)
                    .log("something is no longer in the way of work");
            heartbeats.announce();
        }
    }

    private void drain(String reason) {
        if (availability.drain(reason)) {
            heartbeats.announce();
            slots.giveBackWaiting();
        }
    }

    /**
     * Stops the executor in order: it takes no more work, gives back dispatches that have not started, lets running tasks finish during the
     * drain grace, gives up the remaining ones, and reports that it is offline. Takes at most about the drain grace, the revoke grace and a
     * few seconds.
     */
    public void stop() {
        giveUpReportingAfter(settings.drainGraceMs() + settings.revokeGraceMs() + STOP_SLACK_MS);
        looking.close();
        artifactProbe.close();
        drain("stopping");
        awaitUntil(() -> runner.runningCount() == 0, settings.drainGraceMs());
        spool.close();
        awaitUntil(
                () -> {
                    // Repeated, because a slot may still have been preparing a task at the first call.
                    runner.giveUpAll();
                    return held.size() == 0;
                },
                settings.revokeGraceMs() + STOP_SLACK_MS);
        heartbeats.stop();
        if (held.size() == 0) {
            reporter.report(new ExecutorOffline(settings.id(), settings.pool(), incarnation));
        }
        intake.stop();
        reporter.close();
        live.close();
        publisher.close();
        disk.close();
        resources.close();
    }

    /**
     * Closes the reporter after {@code ms}. Otherwise a stop would never end while Kafka is unreachable. Attempts that are still held then
     * expire with the lease.
     */
    private void giveUpReportingAfter(long ms) {
        Thread limit = ExecutorThreads.daemon(
                settings.id(),
                () -> {
                    try {
                        TimeUnit.MILLISECONDS.sleep(ms);
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                    reporter.close();
                },
                "stop-limit-" + settings.id());
        limit.start();
    }

    /**
     * Starts the watchdog again. If that fails, the executor gives up its running attempts and takes no work until the watchdog runs,
     * because no task may run without one.
     */
    private void restartWatchdog() {
        try {
            watchdog.restart();
            resume(Availability.Obstacle.NO_WATCHDOG);
        } catch (IOException e) {
            pause(Availability.Obstacle.NO_WATCHDOG, "the watchdog is gone: " + e.getMessage());
            runner.giveUpAll();
        }
    }

    private static void awaitUntil(java.util.function.BooleanSupplier condition, long limitMs) {
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(limitMs);
        while (!condition.getAsBoolean() && System.nanoTime() < deadline) {
            try {
                TimeUnit.MILLISECONDS.sleep(10);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }
}
