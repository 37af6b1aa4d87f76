package dev.millrace.gateway;

import dev.millrace.gateway.api.ArtifactTrees;
import dev.millrace.gateway.api.EventsApi;
import dev.millrace.gateway.api.FlakyApi;
import dev.millrace.gateway.api.GatewayApi;
import dev.millrace.gateway.api.HistoryApi;
import dev.millrace.gateway.api.JUnitApi;
import dev.millrace.gateway.api.JobLookup;
import dev.millrace.gateway.api.JobsApi;
import dev.millrace.gateway.api.LogsApi;
import dev.millrace.gateway.api.PlanPreview;
import dev.millrace.gateway.api.PlansApi;
import dev.millrace.gateway.api.PoolsApi;
import dev.millrace.gateway.api.Publishing;
import dev.millrace.gateway.api.ScopesApi;
import dev.millrace.gateway.api.SubmissionRate;
import dev.millrace.gateway.api.TasksApi;
import dev.millrace.gateway.junit.BlockingReaders;
import dev.millrace.gateway.junit.ResultSpool;
import dev.millrace.gateway.live.JobFeeds;
import dev.millrace.gateway.live.JobHub;
import dev.millrace.gateway.live.JobStream;
import dev.millrace.gateway.settings.GatewaySettings;
import dev.millrace.gateway.view.DecisionViews;
import dev.millrace.gateway.view.ExecutorViews;
import dev.millrace.gateway.view.HistoryViews;
import dev.millrace.gateway.view.JobViews;
import dev.millrace.gateway.view.PoolViews;
import dev.millrace.gateway.view.ScopeViews;
import dev.millrace.platform.blob.BlobClient;
import dev.millrace.platform.cassandra.Cassandra;
import dev.millrace.platform.cassandra.CassandraSettings;
import dev.millrace.platform.config.ConfigException;
import dev.millrace.platform.http.Health;
import dev.millrace.platform.http.HttpService;
import dev.millrace.platform.http.PacedSender;
import dev.millrace.platform.http.ServiceProbe;
import dev.millrace.platform.kafka.ConsumerProgress;
import dev.millrace.platform.kafka.EventPublisher;
import dev.millrace.platform.kafka.KafkaProbe;
import dev.millrace.platform.kafka.KafkaSettings;
import dev.millrace.platform.work.AsyncBulkhead;
import dev.millrace.platform.work.Places;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import java.io.IOException;
import java.net.URI;
import java.time.Clock;

/** Creates and connects the parts of the gateway, and starts and stops them. */
public final class GatewayService {
    /**
     * Number of previews that may wait. Each one holds its document while it waits, and a few large documents fill the memory for bodies.
     */
    private static final int WAITING_PREVIEWS = 3;

    private final Vertx vertx;
    private final Cassandra cassandra;
    private final EventPublisher publisher;
    private final JobHub hub;
    private final KafkaProbe kafkaProbe;
    private final ServiceProbe artifactProbe;
    private final GatewayPools pools;
    private final ResultSpool spool;
    private final WorkerExecutor followers;
    private final WorkerExecutor catchUps;
    private final HttpService http;

    public GatewayService(
            Vertx vertx,
            GatewaySettings settings,
            KafkaSettings kafka,
            CassandraSettings cassandraSettings,
            PlanPreview.Source previews,
            String instance,
            PrometheusMeterRegistry metrics) {
        this.vertx = vertx;
        this.cassandra = new Cassandra(vertx, cassandraSettings, "millrace-gateway");
        this.publisher = new EventPublisher(kafka, "gateway", instance, Clock.systemUTC());
        this.hub = new JobHub(vertx, kafka, instance, settings.knownJobsBytes(), ConsumerProgress.STILL);
        this.kafkaProbe = new KafkaProbe(vertx, kafka, "gateway");
        this.artifactProbe = new ServiceProbe(vertx, "the artifact service", settings.artifactService());
        this.pools = new GatewayPools(vertx, settings, metrics);
        this.spool = spool(settings);
        this.followers = vertx.createSharedWorkerExecutor("gateway-followers", settings.streamThreads());
        // Separate threads, because reading the past events of jobs must not delay readers of artifacts and logs.
        this.catchUps = vertx.createSharedWorkerExecutor("gateway-catch-up", settings.streamThreads());
        this.http = new HttpService(vertx, "gateway", settings.http(), health(metrics), metrics, true);
        api(settings, kafka, previews, metrics).mount(http.router());
    }

    private GatewayApi api(
            GatewaySettings settings,
            KafkaSettings kafka,
            PlanPreview.Source previews,
            PrometheusMeterRegistry metrics) {
        var sender = new PacedSender(vertx, pools.streams(), "gateway", http.limits(), settings.maxReaders(), metrics);
        var views = new JobViews(cassandra);
        var blobs = new BlobClient(settings.artifactService(), settings.client());
        var publishing = new Publishing(vertx, pools.publishing(), publisher);
        var rate = new SubmissionRate(settings.submissions());
        var lookup = new JobLookup(vertx, views, hub);
        var tasks = new TasksApi(
                new ArtifactTrees(pools.trees(), blobs, settings.artifactTreesBytes()),
                sender,
                blobs,
                views,
                new DecisionViews(cassandra),
                lookup);
        var logs = new LogsApi(
                vertx,
                followers,
                places(metrics, "gateway-followers", settings.maxFollowers()),
                sender,
                kafka,
                blobs,
                views,
                tasks);
        var history = new HistoryViews(cassandra);
        return new GatewayApi(
                settings,
                new JobsApi(
                        settings,
                        pools.artifacts(),
                        publishing,
                        http.bodies(),
                        blobs,
                        views,
                        hub,
                        lookup,
                        rate,
                        Clock.systemUTC()),
                tasks,
                logs,
                new JUnitApi(merging(settings, sender, metrics), blobs, views, lookup, spool),
                new EventsApi(http, watching(settings, kafka, metrics), hub, lookup),
                new HistoryApi(history),
                new FlakyApi(history, Clock.systemUTC()),
                new PoolsApi(
                        settings,
                        publishing,
                        http.bodies(),
                        new PoolViews(cassandra),
                        new ExecutorViews(cassandra),
                        rate),
                new ScopesApi(settings, publishing, http.bodies(), new ScopeViews(cassandra), lookup, rate),
                new PlansApi(
                        previews.open(vertx, cassandra),
                        new AsyncBulkhead(vertx, metrics, "gateway-previews", settings.maxPreviews(), WAITING_PREVIEWS),
                        rate,
                        settings.owner(),
                        http.bodies(),
                        settings.maxBodyBytes()));
    }

    private BlockingReaders merging(GatewaySettings settings, PacedSender sender, PrometheusMeterRegistry metrics) {
        return new BlockingReaders(
                vertx,
                pools.merges(),
                new AsyncBulkhead(
                        vertx,
                        metrics,
                        "gateway-merge-turns",
                        settings.mergeThreads(),
                        Math.max(1, settings.mergeThreads() / 2),
                        settings.maxWaiting()),
                sender,
                places(metrics, "gateway-merges", settings.mergeThreads() + settings.maxWaiting()));
    }

    private JobStream.Shared watching(GatewaySettings settings, KafkaSettings kafka, PrometheusMeterRegistry metrics) {
        return new JobStream.Shared(
                vertx,
                catchUps,
                kafka,
                new JobFeeds(
                        catchUps,
                        new AsyncBulkhead(vertx, metrics, "gateway-pasts", settings.maxPasts(), settings.maxWaiting()),
                        kafka,
                        hub,
                        Clock.systemUTC(),
                        settings.maxStreamBacklog(),
                        settings.jobFeedsBytes()),
                Clock.systemUTC(),
                http.limits().readerMs(),
                places(metrics, "gateway-catch-ups", settings.maxFollowers()));
    }

    private Places places(PrometheusMeterRegistry metrics, String name, int count) {
        return new Places(metrics, name, count, http.limits().pace());
    }

    private static ResultSpool spool(GatewaySettings settings) {
        try {
            return ResultSpool.open(
                    settings.spool(), new ResultSpool.Limits(settings.maxCaseBytes(), settings.minFreeBytes()));
        } catch (IOException e) {
            throw new ConfigException("bad value '" + settings.spool() + "' for 'gateway.spool'; it cannot be written: "
                    + e.getMessage());
        }
    }

    private Health health(PrometheusMeterRegistry metrics) {
        var health = new Health(metrics);
        health.require("live-events", hub::trouble);
        health.require("kafka", kafkaProbe::trouble);
        health.require("artifact-service", artifactProbe::trouble);
        // Without Cassandra jobs can be submitted and watched; lists and details cannot be read.
        health.want("cassandra", cassandra::trouble);
        return health;
    }

    public Future<URI> start() {
        return hub.start().compose(following -> http.listen());
    }

    /** Finishes the requests in flight, flushes, and closes. */
    public Future<Void> stop() {
        return http.stop()
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
