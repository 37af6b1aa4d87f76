package dev.millrace.scheduler.service;

import dev.millrace.platform.blob.BlobClient;
import dev.millrace.platform.cassandra.Cassandra;
import dev.millrace.platform.cassandra.CassandraSettings;
import dev.millrace.platform.http.ClientDeadlines;
import dev.millrace.platform.http.Health;
import dev.millrace.platform.http.HttpService;
import dev.millrace.platform.http.ServiceProbe;
import dev.millrace.platform.kafka.KafkaProbe;
import dev.millrace.platform.kafka.KafkaSettings;
import dev.millrace.scheduler.service.dispatcher.Dispatcher;
import dev.millrace.scheduler.service.documents.Documents;
import dev.millrace.scheduler.service.planner.Planner;
import dev.millrace.scheduler.service.projector.Projector;
import dev.millrace.scheduler.service.settings.SchedulerSettings;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;

/** Planner, dispatcher and projector, wired together in one process. */
public final class SchedulerService {
    private final Vertx vertx;
    private final Cassandra cassandra;
    private final Planner planner;
    private final Projector projector;
    private final Dispatcher dispatcher;
    private final KafkaProbe kafkaProbe;
    private final ServiceProbe artifactProbe;
    private final Health health;
    private final HttpService http;

    /** @param artifactService base address of the artifact service */
    public SchedulerService(
            Vertx vertx,
            SchedulerSettings settings,
            KafkaSettings kafka,
            CassandraSettings cassandraSettings,
            URI artifactService,
            PrometheusMeterRegistry metrics) {
        this.vertx = vertx;
        this.cassandra = new Cassandra(vertx, cassandraSettings, "millrace-scheduler");
        var blobs = new BlobClient(
                artifactService,
                ClientDeadlines.ofDocuments(Duration.ofMillis(settings.planner().documentMs())));
        this.artifactProbe = new ServiceProbe(vertx, "the artifact service", artifactService);
        var documents = new Documents(
                blobs,
                () -> artifactProbe.trouble() == null,
                Duration.ofMillis(settings.planner().documentPatienceMs()));
        this.planner = new Planner(vertx, settings.planner(), kafka, cassandra, documents, Clock.systemUTC());
        this.projector = new Projector(vertx, kafka, cassandra, documents);
        this.dispatcher = new Dispatcher(settings, kafka, metrics);
        this.kafkaProbe = new KafkaProbe(vertx, kafka, "scheduler");
        this.health = health(metrics);
        this.http = new HttpService(vertx, "scheduler", settings.http(), health, metrics, false);
    }

    private Health health(PrometheusMeterRegistry metrics) {
        var checks = new Health(metrics);
        checks.require("kafka", kafkaProbe::trouble);
        checks.require("dispatcher", dispatcher::trouble);
        checks.want("state", dispatcher::damage);
        checks.require("artifact-service", artifactProbe::trouble);
        // Without Cassandra, jobs still run, but they are planned without history, and retries and views wait.
        checks.want("cassandra", cassandra::trouble);
        checks.want("planner", planner::trouble);
        checks.want("projector", projector::trouble);
        return checks;
    }

    public Health health() {
        return health;
    }

    /** Starts the planner, the projector and the dispatcher. Returns the address that serves health and metrics. */
    public Future<URI> start() {
        return vertx.executeBlocking(() -> {
                    dispatcher.start();
                    return true;
                })
                .compose(started -> Future.all(planner.start(), projector.start()))
                .compose(started -> http.listen());
    }

    public boolean isReady() {
        return dispatcher.trouble() == null;
    }

    /** Stops the planner and the dispatcher, which releases its partitions to other instances. Then lets the projector finish its batch. */
    public Future<Void> stop() {
        return Future.join(planner.stop(), vertx.executeBlocking(() -> {
                    dispatcher.close();
                    return true;
                }))
                .eventually(projector::stop)
                .eventually(cassandra::close)
                .eventually(kafkaProbe::close)
                .eventually(artifactProbe::close)
                .mapEmpty();
    }
}
