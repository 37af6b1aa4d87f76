package dev.millrace.executor.artifacts;

import dev.millrace.platform.blob.BlobClient;
import dev.millrace.schemas.blob.Digest;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;

/** Stores the files that the artifact service lacks. Small files go in batches, because a request for each of thousands takes minutes. */
final class BlobUpload {
    /** Files up to this size are sent in batches; a larger one gets its own request. */
    static final long SMALL_BYTES = 64 * 1024;

    /**
     * Size of a batch. Each storing thread holds a batch in memory, and so does the service until the whole batch is stored. Many executors
     * send at once, so a batch is small enough to count among the small bodies, for which the service reserves a share of its memory.
     */
    private static final long BATCH_BYTES = 512 << 10;

    /** Limits the files in a batch, so that storing a batch of tiny files does not take long either. */
    static final int BATCH_FILES = 128;

    private final BlobClient blobs;
    private final BooleanSupplier unwanted;
    private final List<byte[]> batch = new ArrayList<>();
    private long batchBytes;

    /** @param unwanted checked before each request; if it is true, the upload ends with an {@link InterruptedIOException} */
    BlobUpload(BlobClient blobs, BooleanSupplier unwanted) {
        this.blobs = blobs;
        this.unwanted = unwanted;
    }

    /** Returns when the service has all {@code files}. The content of each file must have the digest under which the file is in the map. */
    void send(Map<Digest, Path> files) throws IOException {
        for (Digest missing : blobs.missing(files.keySet())) {
            Path file = files.get(missing);
            if (file != null) {
                send(missing, file);
            }
        }
        sendBatch();
    }

    private void send(Digest digest, Path file) throws IOException {
        stopIf(unwanted);
        if (Files.size(file) > SMALL_BYTES) {
            blobs.put(digest, file);
            return;
        }
        byte[] content = Files.readAllBytes(file);
        batch.add(content);
        batchBytes += content.length;
        if (batchBytes >= BATCH_BYTES || batch.size() == BATCH_FILES) {
            sendBatch();
        }
    }

    private void sendBatch() throws IOException {
        if (!batch.isEmpty()) {
            stopIf(unwanted);
            blobs.putBatch(batch);
            batch.clear();
            batchBytes = 0;
        }
    }

    static void stopIf(BooleanSupplier unwanted) throws InterruptedIOException {
        if (unwanted.getAsBoolean()) {
            throw new InterruptedIOException("the artifacts are no longer needed");
        }
    }
}
