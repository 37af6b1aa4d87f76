package dev.millrace.artifact;

import dev.millrace.platform.http.Health;
import dev.millrace.platform.http.Probe;
import dev.millrace.platform.http.ProblemHandler;
import dev.millrace.platform.http.RequestId;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.ext.web.Router;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
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
    private @Nullable Probe s3;
    private @Nullable HttpServer server;

    public ArtifactService(Vertx vertx, ArtifactSettings settings, PrometheusMeterRegistry metrics) {
        this.vertx = vertx;
        this.settings = settings;
        this.metrics = metrics;
        this.spool = new Spool(settings.spool(), settings.maxSpoolBytes(), settings.maxUploads(), Clock.systemUTC());
        this.pools = new Pools(vertx, settings, metrics);
        // A thread of its own: the others may all be waiting for S3.
        this.probing = vertx.createSharedWorkerExecutor("artifact-probe", 1);
    }

    /** Provisions the bucket and listens; without S3 it listens all the same, and is not ready. */
    public Future<URI> start() {
        var store = new BlobStore(settings, metrics);
        Router router = Router.router(vertx);
        router.route().handler(new RequestId()).failureHandler(new ProblemHandler());
        for (int status : new int[] {404, 405, 413}) {
            router.errorHandler(status, new ProblemHandler());
        }
        var probe = new Probe(
                vertx,
                "S3",
                PROBE_EVERY,
                () -> probing.executeBlocking(() -> {
                    store.provision();
                    return true;
                }));
        s3 = probe;
        var health = new Health(metrics);
        health.require("s3", probe::trouble);
        health.mount(router);
        new ArtifactRoutes(pools, store, new BlobUploads(vertx, pools, store, spool, settings.maxBlobBytes()))
                .mount(router);
        return pools.disk()
                .call(() -> {
                    spool.open();
                    return true;
                })
                .compose(open -> probing.executeBlocking(() -> {
                            store.provision();
                            return true;
                        })
                        // It serves nothing until S3 is there, which its health says, and which the probe notices.
                        .otherwise(false))
                .compose(ready -> vertx.createHttpServer(new HttpServerOptions()
                                .setHandle100ContinueAutomatically(true)
                                .setIdleTimeout(300))
                        .requestHandler(router)
                        .listen(settings.http().port(), settings.http().host()))
                .map(listening -> {
                    server = listening;
                    return URI.create("http://" + settings.http().host() + ":" + listening.actualPort());
                });
    }

    public Future<Void> stop() {
        Probe looking = s3;
        if (looking != null) {
            looking.stop();
        }
        HttpServer listening = server;
        return (listening == null ? Future.<Void>succeededFuture() : listening.shutdown(2, TimeUnit.SECONDS))
                .eventually(() -> pools.disk().call(() -> {
                    spool.close();
                    return true;
                }))
                .eventually(probing::close)
                .onComplete(closed -> pools.close());
    }
}
