package dev.millrace.platform.kafka;

import dev.millrace.platform.http.Probe;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import org.apache.kafka.clients.admin.Admin;
import org.jspecify.annotations.Nullable;

/** Checks every five seconds whether Kafka answers. Thread-safe. */
public final class KafkaProbe {
    private static final Duration EVERY = Duration.ofSeconds(5);

    private final Vertx vertx;
    private final Admin admin;
    private final Probe probe;

    /** @param service name of the service that asks, which appears in the broker's log */
    public KafkaProbe(Vertx vertx, KafkaSettings settings, String service) {
        this.vertx = vertx;
        this.admin = Admin.create(settings.admin("millrace-probe-" + service));
        this.probe = new Probe(
                vertx,
                "Kafka",
                EVERY,
                () -> Future.fromCompletionStage(
                        admin.describeCluster().nodes().toCompletionStage(), vertx.getOrCreateContext()));
    }

    /** Returns why Kafka cannot be used at present, or null if it can. */
    public @Nullable String trouble() {
        return probe.trouble();
    }

    public Future<Void> close() {
        probe.stop();
        return vertx.executeBlocking(() -> {
                    admin.close(Duration.ofSeconds(1));
                    return true;
                })
                .mapEmpty();
    }
}
