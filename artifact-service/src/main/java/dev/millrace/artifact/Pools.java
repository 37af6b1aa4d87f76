package dev.millrace.artifact;

import dev.millrace.platform.work.Bulkhead;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Vertx;
import java.time.Duration;

/**
 * The thread pools of the artifact service, one for each kind of call, so that calls that hang delay only calls of the same kind.
 *
 * @param questions requests to S3 that do not transfer the bytes of a blob
 * @param stores storing blobs in S3
 * @param smallDecodes decoding compressed bodies that have few bytes after decoding, and storing them in S3
 * @param largeDecodes the same for bodies that have many bytes after decoding
 * @param reads reading blobs from S3 for downloads; readers take turns, one piece at a time
 * @param checks reading blobs only to compare their hash; checks take turns
 * @param disk operations on the files of the spool
 * @param processing work that needs only a processor
 */
record Pools(
        Bulkhead questions,
        Bulkhead stores,
        Bulkhead smallDecodes,
        Bulkhead largeDecodes,
        Bulkhead reads,
        Bulkhead checks,
        Bulkhead disk,
        Bulkhead processing)
        implements AutoCloseable {
    private static final int READS_PER_IO_THREAD = 4;
    private static final int DISK_THREADS = 4;

    /**
     * A compressed megabyte of zeros can keep a thread busy for seconds. Therefore there are few threads, and few uploads may wait for one,
     * since each keeps its upload place while it waits.
     */
    private static final int LARGE_DECODE_THREADS = 4;

    private static final int LARGE_DECODES_WAITING = 16;

    /** Few, since each of them keeps a processor busy and nobody is in a hurry. */
    private static final int CHECK_THREADS = 4;

    Pools(Vertx vertx, ArtifactSettings settings, MeterRegistry metrics) {
        this(new Maker(vertx, metrics, settings));
    }

    private Pools(Maker maker) {
        this(
                maker.make("artifact-s3-questions", maker.settings.ioThreads(), maker.settings.s3DeadlineMs()),
                maker.make("artifact-s3-stores", maker.settings.ioThreads(), maker.settings.transferDeadlineMs()),
                maker.make("artifact-small-decodes", maker.settings.ioThreads(), maker.settings.transferDeadlineMs()),
                maker.make(
                        "artifact-large-decodes",
                        LARGE_DECODE_THREADS,
                        LARGE_DECODES_WAITING,
                        maker.settings.transferDeadlineMs()),
                // The number of readers and of checks is already limited when they begin. The queues have space for all
                // of them, so none is refused halfway.
                maker.make(
                        "artifact-s3-reads",
                        READS_PER_IO_THREAD * maker.settings.ioThreads(),
                        maker.settings.maxReaders(),
                        maker.settings.transferDeadlineMs()),
                maker.make(
                        "artifact-s3-checks",
                        CHECK_THREADS,
                        maker.settings.maxChecks(),
                        maker.settings.transferDeadlineMs()),
                maker.make("artifact-disk", DISK_THREADS, maker.settings.transferDeadlineMs()),
                maker.make(
                        "artifact-processing",
                        Runtime.getRuntime().availableProcessors(),
                        maker.settings.s3DeadlineMs()));
    }

    /** Makes the bulkheads of one service. */
    private record Maker(Vertx vertx, MeterRegistry metrics, ArtifactSettings settings) {
        Bulkhead make(String name, int threads, int deadlineMs) {
            return make(name, threads, settings.maxWaiting(), deadlineMs);
        }

        Bulkhead make(String name, int threads, int waiting, int deadlineMs) {
            return new Bulkhead(
                    vertx, metrics, name, new Bulkhead.Limits(threads, waiting, Duration.ofMillis(deadlineMs)));
        }
    }

    /** Returns how many threads may call S3 at the same time. */
    static int threads(ArtifactSettings settings) {
        return (3 + READS_PER_IO_THREAD) * settings.ioThreads() + CHECK_THREADS + LARGE_DECODE_THREADS;
    }

    @Override
    public void close() {
        questions.close();
        stores.close();
        smallDecodes.close();
        largeDecodes.close();
        reads.close();
        checks.close();
        disk.close();
        processing.close();
    }
}
