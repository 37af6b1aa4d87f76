package dev.millrace.executor;

import dev.millrace.executor.files.AttemptFiles;
import dev.millrace.executor.process.ProcessLock;
import dev.millrace.executor.settings.ExecutorSettings;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The directory of an executor, which nobody else has meanwhile: neither another executor, nor the watchdog of an earlier life that
 * still cleans up. The control groups, which are named after the directory, are this executor's with it. So what is found there
 * belongs to nobody and can be removed.
 */
final class ExecutorDirectory implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ExecutorDirectory.class);

    private final Path directory;
    private final ProcessLock lock;

    private ExecutorDirectory(Path directory, ProcessLock lock) {
        this.directory = directory;
        this.lock = lock;
    }

    /** @throws IOException naming the process that has the directory and did not let it go in time */
    static ExecutorDirectory take(ExecutorSettings settings) throws IOException {
        Path directory = Files.createDirectories(settings.directory()).toAbsolutePath();
        var taken = new ExecutorDirectory(
                directory,
                ProcessLock.hold(
                        directory.resolve("executor.lock"),
                        settings.lockWaitMs(),
                        "another executor (executor.directory is for one)"));
        try {
            ProcessLock.hold(
                            taken.watchdogLock(),
                            settings.cleanupWaitMs(),
                            "the watchdog that cleans up after an earlier life")
                    .close();
            return taken;
        } catch (IOException | RuntimeException e) {
            taken.close();
            throw e;
        }
    }

    /** For the watchdog to hold. */
    Path watchdogLock() {
        return directory.resolve("watchdog.lock");
    }

    /** Makes the directory of attempts, without what an earlier life left in it. */
    void clearWork() throws IOException {
        Path work = directory.resolve("work");
        if (!Files.isDirectory(work, LinkOption.NOFOLLOW_LINKS)) {
            // A task without a sandbox may have put a link in its place.
            Files.deleteIfExists(work);
        }
        Files.createDirectories(work);
        // Files that tasks leave there, programs that take their owner's name included, are nobody else's.
        AttemptFiles.open(work);
        try (DirectoryStream<Path> attempts = Files.newDirectoryStream(work)) {
            attempts.forEach(ExecutorDirectory::delete);
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
    }

    /** The executor must start whatever a task did to its directory. */
    private static void delete(Path attempt) {
        try {
            AttemptFiles.deleteTree(attempt);
        } catch (IOException e) {
            LOG.atWarn()
                    .addKeyValue("directory", attempt)
                    .addKeyValue("cause", e)
                    .log("work of an earlier life is left");
        }
    }

    @Override
    public void close() {
        try {
            lock.close();
        } catch (IOException e) {
            LOG.atWarn().addKeyValue("cause", e).log("the lock of the directory ends with the process");
        }
    }
}
