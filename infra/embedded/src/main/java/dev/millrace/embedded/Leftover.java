package dev.millrace.embedded;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends a server that still runs although its stack has ended. After a kill -9 of the stack its servers end by themselves within ten
 * seconds. Until then the next stack must not start other servers on the same data. Each server holds a lock on its directory, and this
 * lock shows whether the server still runs. The process id alone would not show this, since another process may have the same id by now.
 */
final class Leftover {
    /** The file that a server locks in its directory. It contains the server's process id. */
    static final String LOCK = "server.lock";

    private static final Logger LOG = LoggerFactory.getLogger(Leftover.class);
    private static final Duration BY_ITSELF = Duration.ofSeconds(12);
    private static final Duration BY_FORCE = Duration.ofSeconds(10);
    private static final long POLL_MS = 50;

    private Leftover() {}

    /**
     * Waits until no server holds {@code home}. Kills a server that does not end by itself within 12 seconds.
     *
     * @throws EmbeddedServerException when the process that holds the lock is not a server on this data, or does not end
     */
    static void end(String name, Path home) {
        end(name, home, BY_ITSELF);
    }

    static void end(String name, Path home, Duration byItself) {
        Path lock = home.resolve(LOCK);
        if (awaitFree(lock, byItself)) {
            return;
        }
        ProcessHandle holder = holder(home)
                .orElseThrow(() -> new EmbeddedServerException("the data of the " + name + " server in " + home
                        + " are held by a process that is none of its servers"));
        LOG.atWarn()
                .addKeyValue("server", name)
                .addKeyValue("pid", holder.pid())
                .log("a server that an earlier stack left does not end and is killed");
        holder.destroyForcibly();
        if (!awaitFree(lock, BY_FORCE)) {
            throw new EmbeddedServerException("the " + name + " server of an earlier stack, process " + holder.pid()
                    + ", holds " + home + " and does not end");
        }
    }

    private static boolean awaitFree(Path lock, Duration limit) {
        long deadline = System.nanoTime() + limit.toNanos();
        while (!isFree(lock)) {
            if (System.nanoTime() > deadline) {
                return false;
            }
            try {
                TimeUnit.MILLISECONDS.sleep(POLL_MS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new EmbeddedServerException("interrupted while waiting for a server to end", e);
            }
        }
        return true;
    }

    private static boolean isFree(Path lock) {
        if (!Files.exists(lock)) {
            return true;
        }
        try (FileChannel channel = FileChannel.open(lock, StandardOpenOption.WRITE)) {
            return channel.tryLock() != null;
        } catch (IOException e) {
            throw new EmbeddedServerException("cannot look at " + lock + ": " + e.getMessage(), e);
        }
    }

    /**
     * Returns the server that holds the lock. The recorded process id may belong to another process by now, so the command line of the
     * process must name the lock.
     */
    private static Optional<ProcessHandle> holder(Path home) {
        Path lock = home.resolve(LOCK);
        try {
            return ProcessHandle.of(Long.parseLong(Files.readString(lock).strip()))
                    .filter(it -> ProcessCommand.of(it.pid()).contains("-D" + ChildMain.LOCK + "=" + lock));
        } catch (IOException | NumberFormatException e) {
            return Optional.empty();
        }
    }
}
