package dev.millrace.platform.http;

import dev.millrace.schemas.json.Json;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.buffer.Buffer;
import io.vertx.ext.web.Router;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * {@code /health/live}, {@code /health/ready} and {@code /metrics} of a service. A service is ready while everything is available that it
 * needs to accept and run work. It is degraded while something is unavailable that it can do without for a while. Thread-safe.
 */
public final class Health {
    /** The state of a service or of one of its parts. */
    public enum Status {
        UP,
        DEGRADED,
        DOWN
    }

    /** The result of one check; {@code reason} is null if all is well. */
    public record Finding(Status status, @Nullable String reason) {
        static Finding of(Status otherwise, @Nullable String trouble) {
            return trouble == null ? new Finding(Status.UP, null) : new Finding(otherwise, trouble);
        }
    }

    private final Map<String, Supplier<Finding>> checks = new ConcurrentSkipListMap<>();
    private final PrometheusMeterRegistry metrics;

    public Health(PrometheusMeterRegistry metrics) {
        this.metrics = metrics;
    }

    /** Adds a check that must succeed for the service to be ready. The check must not block. */
    public void require(String name, BooleanSupplier check) {
        require(name, () -> check.getAsBoolean() ? null : "not well");
    }

    /** @param trouble returns why the service is not ready, or null if this check succeeds; must not block */
    public void require(String name, Supplier<@Nullable String> trouble) {
        checks.put(name, () -> Finding.of(Status.DOWN, trouble.get()));
    }

    /** Adds a check of something that the service can do without for a while. */
    public void want(String name, Supplier<@Nullable String> trouble) {
        checks.put(name, () -> Finding.of(Status.DEGRADED, trouble.get()));
    }

    /** Runs every check and returns the results by name. A check that throws an exception counts as down. */
    public Map<String, Finding> findings() {
        Map<String, Finding> found = new TreeMap<>();
        checks.forEach((name, check) -> found.put(name, run(check)));
        return found;
    }

    private static Finding run(Supplier<Finding> check) {
        try {
            return check.get();
        } catch (RuntimeException e) {
            return new Finding(Status.DOWN, "the check failed: " + e);
        }
    }

    /** Returns the worst status in {@code findings}. */
    public static Status overall(Map<String, Finding> findings) {
        return findings.values().stream()
                .map(Finding::status)
                .max(Status::compareTo)
                .orElse(Status.UP);
    }

    public boolean ready() {
        return overall(findings()) != Status.DOWN;
    }

    public void mount(Router router) {
        router.get("/health/live").handler(context -> context.json(Map.of("status", "UP")));
        router.get("/health/ready").handler(context -> {
            Map<String, Finding> findings = findings();
            Status overall = overall(findings);
            context.response()
                    .setStatusCode(overall == Status.DOWN ? 503 : 200)
                    .putHeader("Content-Type", "application/json")
                    .end(Buffer.buffer(Json.MAPPER
                            .valueToTree(Map.of("status", overall, "checks", findings))
                            .toString()));
        });
        router.get("/metrics").handler(context -> context.response()
                .putHeader("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
                .end(metrics.scrape()));
    }
}
