package dev.millrace.dist;

import dev.millrace.schemas.blob.Digest;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;

/** A blob as the embedded S3 server keeps it on disk, for tests that damage it behind everybody's back. */
final class StoredObject {
    private final Path file;
    private final byte[] before;

    private StoredObject(Path file, byte[] before) {
        this.file = file;
        this.before = before;
    }

    static StoredObject of(Digest digest) throws IOException {
        Path file = SharedStack.get()
                .data()
                .resolve("s3/objects/millrace/blobs")
                .resolve(digest.hex().substring(0, 2))
                .resolve(digest.hex());
        if (!Files.isRegularFile(file)) {
            throw new IllegalStateException("the S3 server keeps nothing in " + file);
        }
        return new StoredObject(file, Files.readAllBytes(file));
    }

    Path file() {
        return file;
    }

    /** Changes one bit in the middle. */
    void flip() throws IOException {
        try (var bytes = new RandomAccessFile(file.toFile(), "rw")) {
            long at = bytes.length() / 2;
            bytes.seek(at);
            int value = bytes.read();
            bytes.seek(at);
            bytes.write(value ^ 1);
        }
    }

    void truncate() throws IOException {
        try (var bytes = new RandomAccessFile(file.toFile(), "rw")) {
            bytes.setLength(bytes.length() / 2);
        }
    }

    /** As a power failure leaves a file whose bytes were not on the disk yet. */
    void empty() throws IOException {
        Files.write(file, new byte[0]);
    }

    void delete() throws IOException {
        Files.delete(file);
    }

    /** As it was. */
    void restore() throws IOException {
        Files.write(file, before);
    }
}
