package dev.millrace.dist;

import dev.millrace.schemas.blob.Digest;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;

/** The file in which the embedded S3 server stores a blob. Tests use it to damage the blob without the server noticing. */
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

    /** Changes one bit in the middle of the file. */
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

    /** Empties the file, as a power failure does if the bytes of a new file were not on the disk yet. */
    void empty() throws IOException {
        Files.write(file, new byte[0]);
    }

    void delete() throws IOException {
        Files.delete(file);
    }

    /** Restores the file with its original content. */
    void restore() throws IOException {
        Files.write(file, before);
    }
}
