package dev.millrace.scheduler.service;

import com.datastax.oss.driver.api.core.CqlSession;
import dev.millrace.platform.blob.BlobClient;
import dev.millrace.platform.cassandra.CassandraSettings;
import dev.millrace.platform.http.Health;
import dev.millrace.platform.http.ProblemHandler;
import dev.millrace.platform.kafka.KafkaSettings;
import dev.millrace.scheduler.service.dispatcher.Dispatcher;
import dev.millrace.scheduler.service.planner.HistorySource;
import dev.millrace.scheduler.service.planner.Planner;
import dev.millrace.scheduler.service.projector.Projector;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.ext.web.Router;
import java.net.URI;
import java.time.Clock;

/** Planner, dispatcher and projector, wired together in one process. */
public final class SchedulerService {
    private final Vertx vertx;
    private final SchedulerSettings settings;
    private final CqlSession session;
    private final Planner planner;
    private final Projector projector;
    private final Dispatcher dispatcher;
    private final PrometheusMeterRegistry metrics;

    /** @param artifactService base address of the artifact service */
    public SchedulerService(
            Vertx vertx,
            SchedulerSettings settings,
            KafkaSettings kafka,
            CassandraSettings cassandra,
            URI artifactService,
            String instance,
            PrometheusMeterRegistry metrics) {
        this.vertx = vertx;
        this.settings = settings;
        this.metrics = metrics;
        this.session = cassandra.open("millrace-scheduler");
        var blobs = new BlobClient(artifactService);
        this.planner =
                new Planner(vertx, kafka, instance, new HistorySource(session, cassandra), blobs, Clock.systemUTC());
        this.projector = new Projector(vertx, kafka, session, cassandra, blobs);
        this.dispatcher = new Dispatcher(settings, kafka, metrics);
    }

    public Future<Void> start() {
        var health = new Health(metrics);
        health.require("dispatcher", dispatcher::isRunning);
        health.require("planner", planner::isHealthy);
        health.require("projector", projector::isHealthy);
        Router router = Router.router(vertx);
        router.route().failureHandler(new ProblemHandler());
        health.mount(router);
        return vertx.executeBlocking(() -> {
                    dispatcher.start();
                    return true;
                })
                .compose(started -> Future.all(planner.start(), projector.start()))
                .compose(started -> vertx.createHttpServer()
                        .requestHandler(router)
                        .listen(settings.http().port(), settings.http().host()))
                .mapEmpty();
    }

    public boolean isReady() {
        return dispatcher.isRunning();
    }

    /** Stops planning and placing, hands the partitions on, then lets the projector finish its batch. */
    public Future<Void> stop() {
        return Future.join(planner.stop(), vertx.executeBlocking(() -> {
                    dispatcher.close();
                    return true;
                }))
                .eventually(() -> projector.stop())
                .eventually(() -> Future.fromCompletionStage(session.closeAsync()))
                .mapEmpty();
    }
}
