package dev.millrace.gateway;

import dev.millrace.gateway.api.EventsApi;
import dev.millrace.gateway.api.FlakyApi;
import dev.millrace.gateway.api.GatewayApi;
import dev.millrace.gateway.api.HistoryApi;
import dev.millrace.gateway.api.JUnitApi;
import dev.millrace.gateway.api.JobsApi;
import dev.millrace.gateway.api.LogsApi;
import dev.millrace.gateway.api.PlansApi;
import dev.millrace.gateway.api.PoolsApi;
import dev.millrace.gateway.api.Publishing;
import dev.millrace.gateway.api.TasksApi;
import dev.millrace.gateway.junit.ResultSpool;
import dev.millrace.gateway.live.JobHub;
import dev.millrace.gateway.view.DecisionViews;
import dev.millrace.gateway.view.ExecutorViews;
import dev.millrace.gateway.view.HistoryViews;
import dev.millrace.gateway.view.JobViews;
import dev.millrace.gateway.view.PoolViews;
import dev.millrace.platform.blob.BlobClient;
import dev.millrace.platform.cassandra.Cassandra;
import dev.millrace.platform.cassandra.CassandraSettings;
import dev.millrace.platform.config.ConfigException;
import dev.millrace.platform.http.Health;
import dev.millrace.platform.http.ServiceProbe;
import dev.millrace.platform.kafka.EventPublisher;
import dev.millrace.platform.kafka.KafkaProbe;
import dev.millrace.platform.kafka.KafkaSettings;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.ext.web.Router;
import java.io.IOException;
import java.net.URI;
import java.time.Clock;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The gateway, wired together. */
public final class GatewayService {
    private final Vertx vertx;
    private final GatewaySettings settings;
    private final PrometheusMeterRegistry metrics;
    private final Cassandra cassandra;
    private final EventPublisher publisher;
    private final JobHub hub;
    private final KafkaProbe kafkaProbe;
    private final ServiceProbe artifactProbe;
    private final GatewayPools pools;
    private final ResultSpool spool;
    private final WorkerExecutor followers;
    private final WorkerExecutor catchUps;
    private final GatewayApi api;
    private @Nullable HttpServer server;

    public GatewayService(
            Vertx vertx,
            GatewaySettings settings,
            KafkaSettings kafka,
            CassandraSettings cassandraSettings,
            PlanPreview.Source previews,
            String instance,
            PrometheusMeterRegistry metrics) {
        this.vertx = vertx;
        this.settings = settings;
        this.metrics = metrics;
        this.cassandra = new Cassandra(vertx, cassandraSettings, "millrace-gateway");
        this.publisher = new EventPublisher(kafka, "gateway", instance, Clock.systemUTC());
        this.hub = new JobHub(vertx, kafka, instance, settings.knownJobsBytes());
        this.kafkaProbe = new KafkaProbe(vertx, kafka, "gateway");
        this.artifactProbe = new ServiceProbe(vertx, "the artifact service", settings.artifactService());
        this.pools = new GatewayPools(vertx, settings, metrics);
        this.spool = spool(settings);
        // Who follows a log holds a thread for as long as the task runs, and must not keep others from theirs.
        this.followers = vertx.createSharedWorkerExecutor(
                "gateway-followers", settings.streamThreads(), TimeUnit.HOURS.toNanos(12), TimeUnit.NANOSECONDS);
        // Reading a job's past may wait for a slow watcher, who must not keep others from artifacts and logs.
        this.catchUps = vertx.createSharedWorkerExecutor(
                "gateway-catch-up", settings.streamThreads(), TimeUnit.HOURS.toNanos(12), TimeUnit.NANOSECONDS);
        var views = new JobViews(cassandra);
        var blobs = new BlobClient(settings.artifactService(), settings.client());
        var publishing = new Publishing(vertx, pools.publishing(), publisher);
        var jobs = new JobsApi(settings, pools.artifacts(), publishing, blobs, views, hub, Clock.systemUTC());
        var tasks = new TasksApi(pools.streams(), blobs, views, new DecisionViews(cassandra), jobs);
        var history = new HistoryViews(cassandra);
        this.api = new GatewayApi(
                settings,
                jobs,
                tasks,
                new LogsApi(pools.streams(), followers, settings.streamThreads(), kafka, blobs, views, tasks),
                new JUnitApi(pools.merges(), blobs, views, jobs, spool),
                new EventsApi(vertx, settings, kafka, catchUps, hub, jobs),
                new HistoryApi(history),
                new FlakyApi(history, Clock.systemUTC()),
                new PoolsApi(settings, publishing, new PoolViews(cassandra), new ExecutorViews(cassandra)),
                new PlansApi(previews.open(vertx, cassandra)));
    }

    private static ResultSpool spool(GatewaySettings settings) {
        try {
            return ResultSpool.open(settings.spool(), settings.maxCaseBytes());
        } catch (IOException e) {
            throw new ConfigException("bad value '" + settings.spool() + "' for 'gateway.spool'; it cannot be written: "
                    + e.getMessage());
        }
    }

    public Future<URI> start() {
        Router router = Router.router(vertx);
        var health = new Health(metrics);
        health.require("live-events", hub::isFollowing);
        health.require("kafka", kafkaProbe::trouble);
        health.require("artifact-service", artifactProbe::trouble);
        // Without Cassandra jobs can be submitted and watched; lists and details cannot be read.
        health.want("cassandra", cassandra::trouble);
        health.mount(router);
        api.mount(router);
        var options = new HttpServerOptions()
                .setCompressionSupported(true)
                .setIdleTimeout(300)
                .setMaxInitialLineLength(8_192);
        return hub.start()
                .compose(following -> vertx.createHttpServer(options)
                        .requestHandler(router)
                        .listen(settings.http().port(), settings.http().host()))
                .map(listening -> {
                    server = listening;
                    return URI.create("http://" + settings.http().host() + ":" + listening.actualPort());
                });
    }

    /** Answers what is in flight, flushes, and closes. */
    public Future<Void> stop() {
        HttpServer listening = server;
        return (listening == null ? Future.<Void>succeededFuture() : listening.shutdown(2, TimeUnit.SECONDS))
                .eventually(hub::stop)
                .eventually(() -> vertx.executeBlocking(() -> {
                    publisher.close();
                    return true;
                }))
                .eventually(cassandra::close)
                .eventually(kafkaProbe::close)
                .eventually(artifactProbe::close)
                .eventually(followers::close)
                .eventually(catchUps::close)
                .eventually(() -> vertx.executeBlocking(() -> {
                    pools.close();
                    spool.close();
                    return true;
                }));
    }
}
