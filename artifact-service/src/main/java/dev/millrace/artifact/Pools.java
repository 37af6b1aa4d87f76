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
 * @param smallDecodes compressed bodies of few bytes once they are decoded, on their way to S3
 * @param largeDecodes those of many
 * @param reads blobs on their way from S3; their readers take turns by pieces
 * @param checks blobs that are read only to compare their hash, in turns
 * @param disk the spool
 * @param processing what only needs a processor
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

    /** A megabyte of zeros keeps one busy for seconds, so they are few, and so are those that wait with a place for an upload. */
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
                // Readers and checks were admitted by number, so none is refused in the middle.
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

    /** Threads that may be in a call of S3 at the same time. */
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
