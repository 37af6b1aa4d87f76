package dev.millrace.gateway;

import dev.millrace.gateway.settings.GatewaySettings;
import dev.millrace.platform.work.Bulkhead;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Vertx;
import java.time.Duration;

/**
 * The thread pools of the gateway, one for each thing that a thread may have to wait for. A call that hangs therefore delays only calls of
 * its own kind.
 *
 * @param artifacts threads that call the artifact service while a request waits
 * @param publishing threads that publish events to Kafka
 * @param streams threads that read logs and artifacts for readers
 * @param trees threads that read lists of artifacts; each holds a whole list in memory
 * @param merges threads that merge results and send them to readers
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
