package dev.millrace.gateway;

import dev.millrace.gateway.settings.GatewaySettings;
import dev.millrace.platform.work.Bulkhead;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Vertx;
import java.time.Duration;

/**
 * The threads of the gateway, by what they may have to wait for, so that what hangs holds up only its own kind.
 *
 * @param artifacts calls of the artifact service that a request waits for
 * @param publishing events on their way to Kafka
 * @param streams logs and artifacts on their way to a reader
 * @param trees lists of artifacts being read; each is held in memory whole
 * @param merges results being merged on their way to a reader
 */
record GatewayPools(Bulkhead artifacts, Bulkhead publishing, Bulkhead streams, Bulkhead trees, Bulkhead merges)
        implements AutoCloseable {
    GatewayPools(Vertx vertx, GatewaySettings settings, MeterRegistry metrics) {
        this(
                of(
                        vertx,
                        metrics,
                        settings,
                        "gateway-artifacts",
                        settings.artifactThreads(),
                        settings.artifactDeadline()),
                of(
                        vertx,
                        metrics,
                        settings,
                        "gateway-publishing",
                        settings.publishThreads(),
                        settings.publishDeadline()),
                of(vertx, metrics, settings, "gateway-streams", settings.streamThreads(), settings.streamDeadline()),
                of(vertx, metrics, settings, "gateway-trees", settings.treeThreads(), settings.artifactDeadline()),
                of(vertx, metrics, settings, "gateway-merges", settings.mergeThreads(), settings.streamDeadline()));
    }

    private static Bulkhead of(
            Vertx vertx, MeterRegistry metrics, GatewaySettings settings, String name, int threads, Duration deadline) {
        return new Bulkhead(vertx, metrics, name, new Bulkhead.Limits(threads, settings.maxWaiting(), deadline));
    }

    @Override
    public void close() {
        artifacts.close();
        publishing.close();
        streams.close();
        trees.close();
        merges.close();
    }
}
