package dev.millrace.platform.http;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import java.net.URI;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Asks another service of the platform every five seconds whether it is ready. Thread-safe. */
public final class ServiceProbe {
    private static final Duration EVERY = Duration.ofSeconds(5);

    private final HttpClient client;
    private final Probe probe;

    /** @param service base address of the other service */
    public ServiceProbe(Vertx vertx, String name, URI service) {
        this.client = vertx.createHttpClient(new HttpClientOptions().setConnectTimeout((int) EVERY.toMillis()));
        String address = service.resolve("/health/ready").toString();
        this.probe = new Probe(vertx, name, EVERY, () -> ask(address));
    }

    private Future<Void> ask(String address) {
        return client.request(new RequestOptions()
                        .setMethod(HttpMethod.GET)
                        .setAbsoluteURI(address)
                        .setTimeout(EVERY.toMillis()))
                .compose(HttpClientRequest::send)
                .compose(response -> response.end()
                        .compose(done -> response.statusCode() == 200
                                ? Future.succeededFuture()
                                : Future.failedFuture("not ready, status " + response.statusCode())));
    }

    /** Returns why the service cannot be used at present, or null if it can. */
    public @Nullable String trouble() {
        return probe.trouble();
    }

    public Future<Void> close() {
        probe.stop();
        return client.close();
    }
}
