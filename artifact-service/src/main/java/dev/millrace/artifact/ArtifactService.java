package dev.millrace.artifact;

import dev.millrace.platform.http.Health;
import dev.millrace.platform.http.HttpService;
import dev.millrace.platform.http.PacedSender;
import dev.millrace.platform.http.Probe;
import dev.millrace.platform.work.Places;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The artifact service, wired together. */
public final class ArtifactService {
    private static final Duration PROBE_EVERY = Duration.ofSeconds(5);

    private final Vertx vertx;
    private final ArtifactSettings settings;
    private final PrometheusMeterRegistry metrics;
    private final Pools pools;
    private final WorkerExecutor probing;
    private final Spool spool;
    private final Health health;
    private final HttpService http;
    private @Nullable Probe s3;

    public ArtifactService(Vertx vertx, ArtifactSettings settings, PrometheusMeterRegistry metrics) {
        this.vertx = vertx;
        this.settings = settings;
        this.metrics = metrics;
        this.health = new Health(metrics);
        this.http = new HttpService(vertx, "artifacts", settings.http(), health, metrics, false);
        this.spool = new Spool(
                settings.spool(),
                new Spool.Limits(settings.maxSpoolBytes(), settings.minFreeBytes(), settings.maxInterrupted()),
                Clock.systemUTC());
        this.pools = new Pools(vertx, settings, metrics);
        // The probe has its own thread, since all other threads may be waiting for S3.
        this.probing = vertx.createSharedWorkerExecutor("artifact-probe", 1);
    }

    /** Creates the bucket if it is missing and starts to listen. Without S3 the service listens too, but it is not ready. */
    public Future<URI> start() {
        var store = new BlobStore(settings, metrics);
        var probe = new Probe(
                vertx,
                "S3",
                PROBE_EVERY,
                () -> probing.executeBlocking(() -> {
                    store.provision();
                    return true;
                }));
        s3 = probe;
        health.require("s3", probe::trouble);
        var sender = new PacedSender(vertx, pools.reads(), "artifacts", http.limits(), settings.maxReaders(), metrics);
        var uploads = new BlobUploads(
                vertx,
                pools,
                store,
                spool,
                new Places(
                        metrics,
                        "artifacts-uploads",
                        settings.maxUploads(),
                        http.limits().pace()),
                settings.maxBlobBytes(),
                http.bodies(),
                http.limits());
        var checks = new Checks(vertx, pools.checks(), store, settings.maxChecks());
        new ArtifactRoutes(pools, sender, store, uploads, checks, http.bodies()).mount(http.router());
        return pools.disk()
                .call(() -> {
                    spool.open();
                    return true;
                })
                .compose(open -> probing.executeBlocking(() -> {
                            store.provision();
                            return true;
                        })
                        // Without S3 the service serves nothing and its health says so. The probe notices when S3 is
                        // back.
                        .otherwise(false))
                .compose(ready -> http.listen());
    }

    public Future<Void> stop() {
        Probe looking = s3;
        if (looking != null) {
            looking.stop();
        }
        return http.stop()
                .eventually(() -> pools.disk().call(() -> {
                    spool.close();
                    return true;
                }))
                .eventually(probing::close)
                .onComplete(closed -> pools.close());
    }
}
