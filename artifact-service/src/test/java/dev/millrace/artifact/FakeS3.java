package dev.millrace.artifact;

import static org.awaitility.Awaitility.await;

import dev.millrace.platform.config.Settings;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Runs a real artifact service with a fake S3. The fake misbehaves as a test needs it, which a real S3 does not do on request. */
final class FakeS3 {
    private final Vertx s3 = Vertx.vertx();
    private final Vertx vertx = Vertx.vertx();
    private final PrometheusMeterRegistry metrics = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final ArtifactService service;
    private final URI base;

    /** Starts the fake S3 and the service on free ports. The service keeps its spool in {@code directory}. */
    FakeS3(Path directory, Handler<HttpServerRequest> answers, Map<String, String> settings) throws Exception {
        int port = result(s3.createHttpServer().requestHandler(answers).listen(0, "127.0.0.1"))
                .actualPort();
        var all = new HashMap<>(settings);
        all.put("artifacts.port", "0");
        all.put("artifacts.s3Endpoint", "http://127.0.0.1:" + port);
        service = new ArtifactService(vertx, ArtifactSettings.from(Settings.of(all), directory, "secret"), metrics);
        base = result(service.start());
    }

    /** Returns the address of the service. */
    URI base() {
        return base;
    }

    /** Returns the value of the service's {@code gauge} whose tag {@code name} has this value. */
    double gauge(String gauge, String name) {
        return metrics.get(gauge).tag("name", name).gauge().value();
    }

    /**
     * Stops S3 first, so that nothing waits for it. Returns only after all threads of the service have finished their work, so that none of
     * them writes to the directory while it is deleted.
     */
    void stop() throws Exception {
        result(s3.close());
        result(service.stop());
        await("no thread of the service is at work")
                .atMost(Duration.ofSeconds(30))
                .until(() -> metrics.find("bulkhead.active").gauges().stream().allMatch(it -> it.value() == 0));
        result(vertx.close());
    }

    private static <T> T result(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
    }
}
