package dev.millrace.dist;

import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** The event loops and metrics that the services of one process share. */
record ServiceRuntime(Vertx vertx, PrometheusMeterRegistry metrics) implements AutoCloseable {
    static ServiceRuntime create() {
        // The services serve no files. With these options every killed process would leave behind a directory with
        // files of the class path, so they are off.
        var files = new FileSystemOptions().setClassPathResolvingEnabled(false).setFileCachingEnabled(false);
        var vertx = Vertx.vertx(
                new VertxOptions().setEventLoopPoolSize(2).setWorkerPoolSize(8).setFileSystemOptions(files));
        var metrics = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        new JvmMemoryMetrics().bindTo(metrics);
        new ProcessorMetrics().bindTo(metrics);
        return new ServiceRuntime(vertx, metrics);
    }

    /** Waits for the result of an asynchronous operation, at most {@code limitS} seconds. */
    static <T> T await(Future<T> future, String what, int limitS) {
        try {
            return future.toCompletionStage().toCompletableFuture().get(limitS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw new IllegalStateException(what + " failed: " + e.getCause(), e);
        } catch (TimeoutException e) {
            throw new IllegalStateException(what + " took longer than " + limitS + " s", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted: " + what, e);
        }
    }

    @Override
    public void close() {
        await(vertx.close(), "closing", 10);
    }
}
