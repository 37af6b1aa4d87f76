package dev.millrace.executor.process;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.TimeUnit;

/**
 * A lock on a file that at most one process can hold. The kernel releases it when the process ends for whatever reason, so there is no
 * stale lock. The file contains the id of the process that took the lock last, and is not deleted.
 */
public final class ProcessLock implements Closeable {
    private static final long POLL_MS = 50;
    private static final int MAX_PID_BYTES = 20;

    private final FileChannel channel;

    private ProcessLock(FileChannel channel) {
        this.channel = channel;
    }

    /**
     * Takes the lock. If another process holds it, waits up to {@code waitMs} until that process releases it.
     *
     * @param holder how an error message calls the process that holds the lock
     * @throws IOException if the lock is not released in time; the message names the process that holds it
     */
    public static ProcessLock hold(Path file, long waitMs, String holder) throws IOException {
        FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        try {
            long since = System.nanoTime();
            while (!isLocked(channel)) {
                if (TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - since) >= waitMs) {
                    throw new IOException(holder + ", process " + pid(channel) + ", holds " + file);
                }
                pause();
            }
            channel.truncate(0);
            channel.write(
                    ByteBuffer.wrap(Long.toString(ProcessHandle.current().pid()).getBytes(StandardCharsets.US_ASCII)),
                    0);
            return new ProcessLock(channel);
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    private static boolean isLocked(FileChannel channel) throws IOException {
        try {
            return channel.tryLock() != null;
        } catch (OverlappingFileLockException e) {
            // This process itself holds the lock already.
            return false;
        }
    }

    private static String pid(FileChannel channel) throws IOException {
        ByteBuffer text = ByteBuffer.allocate(MAX_PID_BYTES);
        channel.read(text, 0);
        return new String(text.array(), 0, text.position(), StandardCharsets.US_ASCII);
    }

    private static void pause() throws IOException {
        try {
            TimeUnit.MILLISECONDS.sleep(POLL_MS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while waiting for a lock", e);
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
