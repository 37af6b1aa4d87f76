package dev.millrace.artifact;

import dev.millrace.platform.work.Bulkhead;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Vertx;
import java.time.Duration;

/**
 * The threads of the artifact service, by what they may have to wait for, so that what hangs holds up only its own kind.
 *
 * @param questions to S3 that are answered without the bytes of a blob
 * @param stores blobs on their way to S3
 * @param reads blobs on their way from S3; each holds a thread for as long as its reader takes, within the deadline
 * @param disk the spool
 * @param processing what only needs a processor
 */
record Pools(Bulkhead questions, Bulkhead stores, Bulkhead reads, Bulkhead disk, Bulkhead processing)
        implements AutoCloseable {
    private static final int READS_PER_IO_THREAD = 4;
    private static final int DISK_THREADS = 4;

    Pools(Vertx vertx, ArtifactSettings settings, MeterRegistry metrics) {
        this(
                of(vertx, metrics, settings, "artifact-s3-questions", settings.ioThreads(), settings.s3DeadlineMs()),
                of(vertx, metrics, settings, "artifact-s3-stores", settings.ioThreads(), settings.transferDeadlineMs()),
                of(
                        vertx,
                        metrics,
                        settings,
                        "artifact-s3-reads",
                        READS_PER_IO_THREAD * settings.ioThreads(),
                        settings.transferDeadlineMs()),
                of(vertx, metrics, settings, "artifact-disk", DISK_THREADS, settings.transferDeadlineMs()),
                of(
                        vertx,
                        metrics,
                        settings,
                        "artifact-processing",
                        Runtime.getRuntime().availableProcessors(),
                        settings.s3DeadlineMs()));
    }

    private static Bulkhead of(
            Vertx vertx, MeterRegistry metrics, ArtifactSettings settings, String name, int threads, int deadlineMs) {
        return new Bulkhead(
                vertx,
                metrics,
                name,
                new Bulkhead.Limits(threads, settings.maxWaiting(), Duration.ofMillis(deadlineMs)));
    }

    /** Threads that may be in a call of S3 at the same time. */
    static int threads(ArtifactSettings settings) {
        return (2 + READS_PER_IO_THREAD) * settings.ioThreads();
    }

    @Override
    public void close() {
        questions.close();
        stores.close();
        reads.close();
        disk.close();
        processing.close();
    }
}
