package dev.millrace.dist;

import com.datastax.oss.driver.api.core.CqlSession;
import dev.millrace.artifact.ArtifactService;
import dev.millrace.artifact.ArtifactSettings;
import dev.millrace.embedded.EmbeddedServers;
import dev.millrace.executor.ExecutorNode;
import dev.millrace.executor.settings.ExecutorSettings;
import dev.millrace.executor.settings.Machine;
import dev.millrace.gateway.GatewayService;
import dev.millrace.gateway.settings.GatewaySettings;
import dev.millrace.platform.cassandra.CassandraSettings;
import dev.millrace.platform.cassandra.CqlMigrations;
import dev.millrace.platform.config.Settings;
import dev.millrace.platform.kafka.KafkaSettings;
import dev.millrace.platform.kafka.TopicAccess;
import dev.millrace.platform.kafka.TopicProvisioning;
import dev.millrace.platform.work.ByteBudget;
import dev.millrace.scheduler.service.SchedulerService;
import dev.millrace.scheduler.service.settings.SchedulerSettings;
import io.vertx.core.Future;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The whole platform on this machine: the three real servers run as child processes, and all services run in this process. */
public final class EmbeddedPlatform implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(EmbeddedPlatform.class);
    /** A busy machine takes several times as long as an idle one, and it would not help to give up earlier. */
    private static final Duration READY_LIMIT = Duration.ofSeconds(120);

    private static final int START_LIMIT_S = 120;

    /**
     * The parts to start.
     *
     * @param executors how many executors, each with {@code slots} slots
     * @param scheduling whether the scheduler runs in this process; if not, it runs in processes of its own
     * @param port the gateway's port; 0 for any free port
     */
    public record Options(
            Path projectRoot,
            Path data,
            int executors,
            int slots,
            boolean scheduling,
            int port,
            Map<String, String> settings) {}

    private final EmbeddedServers servers;
    private final ServiceRuntime runtime;
    private final KafkaSettings kafka;
    private final ArtifactService artifacts;
    private final @Nullable SchedulerService scheduler;
    private final GatewayService gateway;
    private final List<ExecutorNode> executors = new ArrayList<>();
    private final ByteBudget parsing = ByteBudget.ofHeap(ExecutorNode.PARSING_PART_OF_HEAP);
    private final Map<String, URI> health = new TreeMap<>();
    private final URI gatewayAddress;
    private final URI artifactAddress;

    private EmbeddedPlatform(Options options, EmbeddedServers servers, ServiceRuntime runtime) {
        this.servers = servers;
        this.runtime = runtime;
        this.kafka = KafkaSettings.embedded(
                servers.kafkaBootstrap(), servers.secrets().kafka());
        CassandraSettings cassandra = cassandra();
        this.artifacts = new ArtifactService(runtime.vertx(), artifactSettings(options), runtime.metrics());
        var address = new CompletableFuture<URI>();
        servers.awaitReady(Map.of(
                EmbeddedServers.KAFKA,
                this::provisionTopics,
                EmbeddedServers.CASSANDRA,
                () -> provisionTables(cassandra),
                EmbeddedServers.S3,
                () -> address.complete(
                        ServiceRuntime.await(artifacts.start(), "starting the artifact service", START_LIMIT_S))));
        this.artifactAddress = address.join();
        this.scheduler = options.scheduling()
                ? new SchedulerService(
                        runtime.vertx(),
                        schedulerSettings(options),
                        kafka,
                        cassandra,
                        artifactAddress,
                        runtime.metrics())
                : null;
        Future<@Nullable URI> scheduling =
                scheduler == null ? Future.succeededFuture() : scheduler.start().map(it -> it);
        this.gateway = new GatewayService(
                runtime.vertx(),
                gatewaySettings(options),
                // A person waits for the gateway's answer, so its deliveries to Kafka time out sooner than those of
                // other services.
                kafka.withDeliveryTimeoutMs(4_000),
                cassandra,
                Previews::open,
                "embedded",
                runtime.metrics());
        Future<URI> serving = gateway.start();
        URI schedulerHealth;
        try {
            // The services start beside each other. Nothing is sent to an executor before the scheduler is there.
            for (int i = 1; i <= options.executors(); i++) {
                ExecutorNode executor = startExecutor(options, "e" + i);
                executors.add(executor);
                health.put("executor " + executor.id(), executor.healthAddress());
            }
            this.gatewayAddress = ServiceRuntime.await(serving, "starting the gateway", START_LIMIT_S);
            schedulerHealth = ServiceRuntime.await(scheduling, "starting the scheduler", START_LIMIT_S);
        } catch (RuntimeException e) {
            stopExecutors();
            throw e;
        }
        if (schedulerHealth != null) {
            health.put("scheduler", schedulerHealth);
        }
        health.put("gateway", gatewayAddress);
        health.put("artifact-service", artifactAddress);
    }

    /** Starts everything and returns when the platform is ready to run jobs; on failure it stops what it has started. */
    public static EmbeddedPlatform start(Options options) {
        long started = System.nanoTime();
        EmbeddedServers servers = EmbeddedServers.launch(options.projectRoot(), options.data());
        ServiceRuntime runtime = ServiceRuntime.create();
        try {
            var platform = new EmbeddedPlatform(options, servers, runtime);
            platform.awaitReady();
            LOG.atInfo()
                    .addKeyValue("ms", (System.nanoTime() - started) / 1_000_000)
                    .log("the stack is ready");
            return platform;
        } catch (RuntimeException | Error e) {
            runtime.close();
            servers.close();
            throw e;
        }
    }

    private void provisionTopics() {
        new TopicProvisioning(kafka).apply();
        new TopicAccess(kafka).grantCompletions(servers.secrets().consumer().user());
    }

    private static void provisionTables(CassandraSettings cassandra) {
        try (CqlSession session = cassandra.open("millrace-provisioning")) {
            new CqlMigrations(cassandra).apply(session);
        }
    }

    private ArtifactSettings artifactSettings(Options options) {
        var settings = new TreeMap<>(options.settings());
        settings.put("artifacts.s3Endpoint", servers.s3Endpoint());
        settings.put("artifacts.accessKey", servers.s3Credentials().accessKey());
        return ArtifactSettings.from(
                Settings.of(settings),
                options.data().resolve("artifact-spool"),
                servers.s3Credentials().secretKey());
    }

    private static SchedulerSettings schedulerSettings(Options options) {
        var settings = new TreeMap<>(options.settings());
        // There is no second instance that could take over, so a longer session timeout does no harm and helps a busy
        // machine.
        settings.putIfAbsent("scheduler.sessionTimeoutMs", "6000");
        // A broker that is down for some seconds does not time out its open transactions, see ADR 0008.
        settings.putIfAbsent("scheduler.transactionTimeoutMs", "30000");
        settings.putIfAbsent("scheduler.standbys", "0");
        return SchedulerSettings.from(Settings.of(settings), options.data().resolve("scheduler"));
    }

    private GatewaySettings gatewaySettings(Options options) {
        var settings = new TreeMap<>(options.settings());
        settings.put("gateway.port", Integer.toString(options.port()));
        settings.put("gateway.artifactService", artifactAddress.toString());
        return GatewaySettings.from(Settings.of(settings), options.data().resolve("gateway-spool"));
    }

    private ExecutorNode startExecutor(Options options, String id) {
        var settings = new TreeMap<>(options.settings());
        settings.put("executor.slots", Integer.toString(options.slots()));
        settings.put("executor.id", id);
        // The executors share this machine, so each gets an equal part of it.
        settings.putIfAbsent(
                "executor.cpuMillis",
                Integer.toString(
                        Math.max(1, 1_000 * Runtime.getRuntime().availableProcessors() / options.executors())));
        settings.putIfAbsent(
                "executor.planCacheBytes", Long.toString(Math.max(32L << 20, (64L << 20) / options.executors())));
        settings.putIfAbsent("executor.memoryBytes", Long.toString(Machine.taskMemoryBytes() / options.executors()));
        // Hides the servers' files, including credentials, from tasks, no matter which other files of the machine they
        // may see.
        settings.merge(
                "executor.hiddenPaths",
                options.data().toAbsolutePath().normalize().toString(),
                (theirs, ours) -> theirs + ":" + ours);
        try {
            var executor = ExecutorNode.prepare(
                    runtime.vertx(),
                    ExecutorSettings.from(
                            Settings.of(settings),
                            id,
                            options.data().resolve("executors").resolve(id)),
                    kafka,
                    artifactAddress,
                    parsing,
                    runtime.metrics());
            executor.start();
            return executor;
        } catch (IOException e) {
            throw new UncheckedIOException("executor " + id + " cannot start", e);
        }
    }

    private void awaitReady() {
        long deadline = System.nanoTime() + READY_LIMIT.toNanos();
        while (!((scheduler == null || scheduler.isReady())
                && executors.stream().allMatch(ExecutorNode::isReady))) {
            if (System.nanoTime() > deadline) {
                throw new IllegalStateException("the services were not ready within " + READY_LIMIT.toSeconds() + " s");
            }
            try {
                TimeUnit.MILLISECONDS.sleep(20);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("interrupted during start", e);
            }
        }
    }

    /** Returns how the executors isolate tasks, as lines for the user; empty without executors. */
    public List<String> isolation() {
        return executors.stream()
                .flatMap(it -> it.isolation().stream())
                .distinct()
                .toList();
    }

    public URI gateway() {
        return gatewayAddress;
    }

    public URI artifactService() {
        return artifactAddress;
    }

    public EmbeddedServers servers() {
        return servers;
    }

    public KafkaSettings kafka() {
        return kafka;
    }

    public CassandraSettings cassandra() {
        return CassandraSettings.embedded(
                servers.cassandraContactPoint(), servers.secrets().cassandra());
    }

    /** Returns the health address of each service, by the name that users see. */
    public Map<String, URI> health() {
        return health;
    }

    /** Process ids of the executors' watchdogs, by executor. */
    public Map<String, Long> watchdogs() {
        var pids = new TreeMap<String, Long>();
        executors.forEach(executor -> pids.put(executor.id(), executor.watchdogPid()));
        return pids;
    }

    /**
     * Stops everything in the order in which tasks depend on it: the executors return their tasks, then the scheduler, the gateway and the
     * artifact service stop, and at the end the servers.
     */
    @Override
    public void close() {
        servers.endWatch();
        stopExecutors();
        if (scheduler != null) {
            quietly("the scheduler", () -> ServiceRuntime.await(scheduler.stop(), "stopping the scheduler", 20));
        }
        quietly("the gateway", () -> ServiceRuntime.await(gateway.stop(), "stopping the gateway", 10));
        quietly(
                "the artifact service",
                () -> ServiceRuntime.await(artifacts.stop(), "stopping the artifact service", 10));
        quietly("the event loops", runtime::close);
        servers.close();
    }

    /**
     * Stops all executors at the same time, since each may take its drain grace, and no executor should get tasks that another one returns.
     */
    private void stopExecutors() {
        var threads = new ArrayList<Thread>();
        for (ExecutorNode executor : executors) {
            var thread = new Thread(() -> quietly(executor.id(), executor::stop), "stop-" + executor.id());
            thread.start();
            threads.add(thread);
        }
        for (Thread thread : threads) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    private static void quietly(String what, Runnable stop) {
        try {
            stop.run();
        } catch (RuntimeException e) {
            LOG.atWarn().addKeyValue("what", what).addKeyValue("cause", e).log("did not stop in order");
        }
    }
}
