package dev.millrace.embedded;

import dev.millrace.platform.files.PrivateFiles;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * The data directory of one stack. One process at a time holds it with a lock, which the kernel releases when that process ends. Only the
 * directory's owner can access it.
 */
final class DataDirectory implements AutoCloseable {
    private static final String FORMAT = "1";

    private final Path path;
    private final FileChannel channel;

    private DataDirectory(Path path, FileChannel channel) {
        this.path = path;
        this.channel = channel;
    }

    /**
     * @throws EmbeddedServerException when another process holds the directory, when it cannot be written, or when it has another format
     */
    static DataDirectory open(Path path) {
        try {
            PrivateFiles.directory(path);
            FileChannel channel = FileChannel.open(
                    path.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.READ);
            if (!lock(channel)) {
                channel.close();
                throw new EmbeddedServerException(
                        "the data directory " + path
                                + " is in use by another stack; stop that one with 'millrace down' or name another with --data");
            }
            Path format = path.resolve("format");
            if (!Files.exists(format)) {
                PrivateFiles.write(format, FORMAT);
            } else if (!Files.readString(format).strip().equals(FORMAT)) {
                channel.close();
                throw new EmbeddedServerException("the data directory " + path + " has the format "
                        + Files.readString(format).strip() + "; this version reads " + FORMAT);
            }
            return new DataDirectory(path, channel);
        } catch (IOException e) {
            throw new EmbeddedServerException("cannot use the data directory " + path + ": " + e.getMessage(), e);
        }
    }

    private static boolean lock(FileChannel channel) throws IOException {
        try {
            FileLock lock = channel.tryLock();
            return lock != null;
        } catch (OverlappingFileLockException e) {
            return false;
        }
    }

    Path path() {
        return path;
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new EmbeddedServerException("cannot release " + path, e);
        }
    }
}
