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
 * The directory of an executor. While this object is open, no other process uses the directory: neither another executor, nor the
 * watchdog of an earlier incarnation that is still cleaning up. The control groups are named after the directory, so they belong to
 * this executor too. Whatever is left in them from before has no owner and can be removed.
 */
final class ExecutorDirectory implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ExecutorDirectory.class);

    private final Path directory;
    private final ProcessLock lock;

    private ExecutorDirectory(Path directory, ProcessLock lock) {
        this.directory = directory;
        this.lock = lock;
    }

    /** @throws IOException that names the process which holds the directory and did not release it in time */
    static ExecutorDirectory take(ExecutorSettings settings) throws IOException {
        Path directory = Files.createDirectories(settings.directory()).toAbsolutePath();
        var taken = new ExecutorDirectory(
                directory,
                ProcessLock.hold(
                        directory.resolve("executor.lock"),
                        settings.lockWaitMs(),
                        "another executor (only one executor can use executor.directory)"));
        try {
            ProcessLock.hold(
                            taken.watchdogLock(),
                            settings.cleanupWaitMs(),
                            "the watchdog that cleans up after an earlier executor process")
                    .close();
            return taken;
        } catch (IOException | RuntimeException e) {
            taken.close();
            throw e;
        }
    }

    /** The lock file that the watchdog holds while it runs. */
    Path watchdogLock() {
        return directory.resolve("watchdog.lock");
    }

    /** Creates the directory of attempts, and deletes what an earlier incarnation left in it. */
    void clearWork() throws IOException {
        Path work = directory.resolve("work");
        if (!Files.isDirectory(work, LinkOption.NOFOLLOW_LINKS)) {
            // A task without a sandbox may have put a link in its place.
            Files.deleteIfExists(work);
        }
        Files.createDirectories(work);
        // Other users must not reach the files that tasks leave there, which may include setuid programs.
        AttemptFiles.open(work);
        try (DirectoryStream<Path> attempts = Files.newDirectoryStream(work)) {
            attempts.forEach(ExecutorDirectory::delete);
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
    }

    /** Logs a failure instead of throwing it: the executor must start no matter what a task did to its directory. */
    private static void delete(Path attempt) {
        try {
            AttemptFiles.deleteTree(attempt);
        } catch (IOException e) {
            LOG.atWarn()
                    .addKeyValue("directory", attempt)
                    .addKeyValue("cause", e)
                    .log("the files of an earlier attempt cannot be deleted");
        }
    }

    @Override
    public void close() {
        try {
            lock.close();
        } catch (IOException e) {
            LOG.atWarn()
                    .addKeyValue("cause", e)
                    .log("the lock of the directory cannot be released before the process ends");
        }
    }
}
