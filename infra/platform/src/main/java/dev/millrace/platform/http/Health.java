package dev.millrace.platform.http;

import dev.millrace.schemas.codec.Json;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.buffer.Buffer;
import io.vertx.ext.web.Router;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.BooleanSupplier;

/** {@code /health/live}, {@code /health/ready} and {@code /metrics} of a service. */
public final class Health {
    private final Map<String, BooleanSupplier> checks = new ConcurrentSkipListMap<>();
    private final PrometheusMeterRegistry metrics;

    public Health(PrometheusMeterRegistry metrics) {
        this.metrics = metrics;
    }

    /** Adds something that must hold for the service to be ready; the supplier must not block. */
    public void require(String name, BooleanSupplier check) {
        checks.put(name, check);
    }

    public boolean ready() {
        return checks.values().stream().allMatch(BooleanSupplier::getAsBoolean);
    }

    public void mount(Router router) {
        router.get("/health/live").handler(context -> context.json(Map.of("status", "UP")));
        router.get("/health/ready").handler(context -> {
            Map<String, String> states = new LinkedHashMap<>();
            checks.forEach((name, check) -> states.put(name, check.getAsBoolean() ? "UP" : "DOWN"));
            boolean up = !states.containsValue("DOWN");
            context.response()
                    .setStatusCode(up ? 200 : 503)
                    .putHeader("Content-Type", "application/json")
                    .end(Buffer.buffer(Json.MAPPER
                            .valueToTree(Map.of("status", up ? "UP" : "DOWN", "checks", states))
                            .toString()));
        });
        router.get("/metrics").handler(context -> context.response()
                .putHeader("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
                .end(metrics.scrape()));
    }
}
