package dev.millrace.artifact;

import dev.millrace.platform.config.Settings;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import java.net.URI;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A real service before an S3 that misbehaves as a test needs it, which no real one does on request. */
final class FakeS3 {
    private FakeS3() {}

    /** Starts both, on free ports, and returns the service's address; closing {@code vertx} ends them. */
    static URI startService(
            Vertx vertx,
            PrometheusMeterRegistry metrics,
            Path directory,
            Handler<HttpServerRequest> s3,
            Map<String, String> settings)
            throws Exception {
        int port = result(vertx.createHttpServer().requestHandler(s3).listen(0, "127.0.0.1"))
                .actualPort();
        var all = new HashMap<>(settings);
        all.put("artifacts.port", "0");
        all.put("artifacts.s3Endpoint", "http://127.0.0.1:" + port);
        return result(new ArtifactService(vertx, ArtifactSettings.from(Settings.of(all), directory, "secret"), metrics)
                .start());
    }

    static <T> T result(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
    }
}
