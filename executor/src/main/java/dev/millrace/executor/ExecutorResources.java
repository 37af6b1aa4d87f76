package dev.millrace.executor;

import dev.millrace.executor.inputs.InputCache;
import dev.millrace.executor.process.Watchdog;
import dev.millrace.executor.sandbox.Sandbox;
import dev.millrace.executor.sandbox.SandboxProbe;
import dev.millrace.executor.settings.ExecutorSettings;
import dev.millrace.platform.blob.BlobClient;
import dev.millrace.platform.config.ConfigException;
import java.io.IOException;
import java.time.Clock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The resources that one executor uses on its machine: its directory, its sandbox with the control group, its watchdog, its cached inputs
 * and its threads.
 *
 * @param directory the executor's directory, locked against all other processes until {@link #close}
 */
record ExecutorResources(
        ExecutorDirectory directory, Sandbox sandbox, Watchdog watchdog, InputCache inputs, ExecutorThreads threads)
        implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ExecutorResources.class);

    /**
     * Locks the directory before it changes anything, removes what an earlier incarnation left, and starts the watchdog.
     *
     * @throws IOException if the directory cannot be created, another executor uses it, or the watchdog cannot be started; nothing stays
     *     locked or running in this case
     * @throws ConfigException if tasks cannot be isolated as the settings require
     */
    static ExecutorResources open(ExecutorSettings settings, BlobClient blobs) throws IOException {
        ExecutorDirectory directory = ExecutorDirectory.take(settings);
        try {
            Sandbox sandbox = new SandboxProbe(settings.sandbox(), settings.directory(), settings.path())
                    .find(settings.id(), settings.slots());
            directory.clearWork();
            return withWatchdog(settings, blobs, directory, sandbox);
        } catch (IOException | RuntimeException | Error e) {
            directory.close();
            throw e;
        }
    }

    private static ExecutorResources withWatchdog(
            ExecutorSettings settings, BlobClient blobs, ExecutorDirectory directory, Sandbox sandbox)
            throws IOException {
        Watchdog watchdog = Watchdog.start(settings.leaseMs(), directory.watchdogLock(), sandbox.ownGroups());
        var threads = new ExecutorThreads(settings.id());
        try {
            InputCache inputs = InputCache.open(
                    settings.directory().resolve("cache"),
                    blobs,
                    threads.downloads(),
                    settings.inputLimits(),
                    Clock.systemUTC());
            return new ExecutorResources(directory, sandbox, watchdog, inputs, threads);
        } catch (IOException | RuntimeException | Error e) {
            threads.shutdown();
            endOf(watchdog);
            throw e;
        }
    }

    private static void endOf(Watchdog watchdog) {
        try {
            watchdog.close();
        } catch (IOException e) {
            LOG.atWarn().addKeyValue("cause", e).log("the watchdog was gone already");
        }
    }

    /** Stops the threads, ends the watchdog, which kills the tasks that still run, and unlocks the directory. */
    @Override
    public void close() {
        threads.shutdown();
        inputs.close();
        endOf(watchdog);
        directory.close();
    }
}
