package dev.millrace.cli.spec;

import dev.millrace.cli.CliException;
import dev.millrace.cli.ExitCode;
import dev.millrace.platform.blob.BlobClient;
import dev.millrace.schemas.blob.Digest;
import dev.millrace.schemas.blob.Tree;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Uploads the files that the store does not have: small files in batches and large files one by one, in parallel. */
public final class Uploader {
    private static final int PARALLEL = 16;
    private static final long SMALL_BYTES = 64 * 1024;
    private static final long BATCH_BYTES = 4L << 20;
    private static final int BATCH_FILES = 5_000;

    private final BlobClient blobs;
    private final DigestCache digests;

    /** The result of an upload. */
    public record Uploaded(Digest tree, int files, int sent, long sentBytes) {}

    public Uploader(BlobClient blobs, DigestCache digests) {
        this.blobs = blobs;
        this.digests = digests;
    }

    public Uploaded upload(LocalInputs inputs) {
        Tree tree = inputs.tree(digests);
        Map<Digest, Path> local = inputs.byDigest(tree);
        try {
            Set<Digest> missing = blobs.missing(local.keySet());
            long bytes = send(missing, local);
            return new Uploaded(blobs.putTree(tree), tree.entries().size(), missing.size(), bytes);
        } catch (IOException e) {
            throw new CliException(ExitCode.INFRASTRUCTURE, "the inputs cannot be uploaded: " + e.getMessage());
        }
    }

    /** Counts what {@link #upload} would send. */
    public Uploaded missing(LocalInputs inputs) {
        Tree tree = inputs.tree(digests);
        Map<Digest, Path> local = inputs.byDigest(tree);
        try {
            Set<Digest> missing = blobs.missing(local.keySet());
            long bytes = 0;
            for (Map.Entry<Digest, Path> file : local.entrySet()) {
                bytes += missing.contains(file.getKey()) ? Files.size(file.getValue()) : 0;
            }
            return new Uploaded(tree.digest(), tree.entries().size(), missing.size(), bytes);
        } catch (IOException e) {
            throw new CliException(ExitCode.INFRASTRUCTURE, "the inputs cannot be compared: " + e.getMessage());
        }
    }

    private long send(Set<Digest> missing, Map<Digest, Path> local) throws IOException {
        var work = new ArrayList<Callable<Long>>();
        var batch = new ArrayList<Path>();
        long batchBytes = 0;
        for (Digest digest : missing) {
            Path file = local.get(digest);
            if (file == null) {
                continue;
            }
            long size = Files.size(file);
            if (size > SMALL_BYTES) {
                work.add(() -> {
                    blobs.put(digest, file);
                    return size;
                });
                continue;
            }
            batch.add(file);
            batchBytes += size;
            if (batchBytes > BATCH_BYTES || batch.size() == BATCH_FILES) {
                work.add(sendBatch(List.copyOf(batch)));
                batch.clear();
                batchBytes = 0;
            }
        }
        if (!batch.isEmpty()) {
            work.add(sendBatch(List.copyOf(batch)));
        }
        return runAll(work);
    }

    private Callable<Long> sendBatch(List<Path> files) {
        return () -> {
            var contents = new ArrayList<byte[]>();
            long bytes = 0;
            for (Path file : files) {
                byte[] content = Files.readAllBytes(file);
                contents.add(content);
                bytes += content.length;
            }
            blobs.putBatch(contents);
            return bytes;
        };
    }

    private static long runAll(List<Callable<Long>> work) throws IOException {
        ExecutorService pool = Executors.newFixedThreadPool(PARALLEL);
        try {
            long bytes = 0;
            for (Future<Long> sent : pool.invokeAll(work)) {
                bytes += sent.get();
            }
            return bytes;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CliException(
                    ExitCode.INTERRUPTED, "interrupted during the upload; what was sent need not be sent again");
        } catch (ExecutionException e) {
            throw e.getCause() instanceof IOException cause ? cause : new IOException(e);
        } finally {
            pool.shutdownNow();
        }
    }
}
