package dev.millrace.executor.settings;

import dev.millrace.executor.artifacts.ArtifactLimits;
import dev.millrace.executor.cases.CaseLimits;
import dev.millrace.executor.inputs.InputLimits;
import dev.millrace.executor.sandbox.SandboxSettings;
import dev.millrace.platform.config.ConfigException;
import dev.millrace.platform.config.Settings;
import dev.millrace.platform.http.HttpLimits;
import dev.millrace.platform.http.HttpSettings;
import dev.millrace.schemas.Ids;
import dev.millrace.schemas.event.Capacity;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * An executor's settings.
 *
 * @param slots tasks it runs at once
 * @param capacity what the slots share; by default the machine's processors and three quarters of its memory
 * @param labels what tasks may ask for, beside {@code os} and {@code arch}
 * @param directory for work, cache and spool; cleared of work at start
 * @param lockWaitMs how long a start waits for another executor to let {@code directory} go, such as one that stops
 * @param cleanupWaitMs how long a start waits for the watchdog of an earlier life to clean up
 * @param path the PATH of tasks, which see nothing of the executor's own environment
 * @param heartbeatMs between two heartbeats
 * @param leaseMs without an acknowledged heartbeat for so long it kills its own tasks
 * @param hangReportMs how long processes may take to write down where they hang, before a timeout kills them; 0 not to ask
 * @param killGraceMs between SIGTERM and SIGKILL at a timeout
 * @param revokeGraceMs the same for a revoked attempt, which is to be dead within five seconds
 * @param drainGraceMs how long running tasks may go on after SIGTERM to the executor
 * @param maxLogBytes kept of each stream; the rest is dropped and counted
 * @param inlineLogBytes streams up to this size travel inside the report
 * @param tailBytesPerSecond live output of one attempt
 * @param artifacts how much is kept of the artifacts of a task, and how long their patterns may take to match
 * @param cases how much is kept of the results of a task's test cases
 * @param cacheBytes inputs kept between tasks
 * @param maxInputBytes that the inputs of one attempt may take of the disk, shared with others or not
 * @param planCacheBytes of the heap for plans and trees that were read last
 * @param minFreeBytes with less room than this on the disk of {@code directory} it takes no work, and with less than half
 *     of it stops the task that most likely fills the disk; 0 to do neither
 * @param minFreeFiles the same for the files that the disk has room for
 * @param maxSpoolBytes of ended attempts whose results wait for their turn or for the artifact service; with more it
 *     takes no work
 * @param storeWaitMs how long results and inputs wait for the artifact service before their attempt is given up
 * @param reportWaitMs how long a report waits for Kafka before it is given up
 * @param maxWaiting dispatches held beyond the slots; more are given back
 */
public record ExecutorSettings(
        HttpSettings http,
        String id,
        String pool,
        int slots,
        Capacity capacity,
        Map<String, String> labels,
        Path directory,
        long lockWaitMs,
        long cleanupWaitMs,
        String path,
        int heartbeatMs,
        int leaseMs,
        int hangReportMs,
        int killGraceMs,
        int revokeGraceMs,
        int drainGraceMs,
        long maxLogBytes,
        int inlineLogBytes,
        int tailBytesPerSecond,
        ArtifactLimits artifacts,
        CaseLimits cases,
        long cacheBytes,
        long maxInputBytes,
        long planCacheBytes,
        long minFreeBytes,
        long minFreeFiles,
        long maxSpoolBytes,
        long storeWaitMs,
        long reportWaitMs,
        int maxWaiting,
        SandboxSettings sandbox) {
    public static final Set<String> KEYS = Stream.concat(
                    SandboxSettings.KEYS.stream(),
                    HttpSettings.keys(
                            "executor",
                            "executor.id",
                            "executor.pool",
                            "executor.slots",
                            "executor.cpuMillis",
                            "executor.memoryBytes",
                            "executor.labels",
                            "executor.directory",
                            "executor.lockWaitMs",
                            "executor.cleanupWaitMs",
                            "executor.path",
                            "executor.heartbeatMs",
                            "executor.leaseMs",
                            "executor.hangReportMs",
                            "executor.killGraceMs",
                            "executor.revokeGraceMs",
                            "executor.drainGraceMs",
                            "executor.maxLogBytes",
                            "executor.inlineLogBytes",
                            "executor.tailBytesPerSecond",
                            "executor.maxArtifactBytes",
                            "executor.maxArtifactFiles",
                            "executor.maxArtifactNameBytes",
                            "executor.maxMatchSteps",
                            "executor.maxCases",
                            "executor.maxCaseBytes",
                            "executor.cacheBytes",
                            "executor.maxInputBytes",
                            "executor.planCacheBytes",
                            "executor.minFreeBytes",
                            "executor.minFreeFiles",
                            "executor.maxSpoolBytes",
                            "executor.storeWaitMs",
                            "executor.reportWaitMs",
                            "executor.maxWaiting")
                            .stream())
            .collect(Collectors.toUnmodifiableSet());

    public ExecutorSettings {
        if (!id.matches("[A-Za-z0-9][A-Za-z0-9._-]{0,99}")) {
            throw new ConfigException(
                    "bad value '" + id + "' for 'executor.id'; accepted: letters, digits, '.', '_' and '-'");
        }
        if (!Ids.Form.POOL.matches(pool)) {
            throw new ConfigException(
                    "bad value '" + pool + "' for 'executor.pool'; accepted: " + Ids.Form.POOL.pattern());
        }
        if (2L * heartbeatMs >= leaseMs) {
            throw new ConfigException("bad value '" + heartbeatMs
                    + "' for 'executor.heartbeatMs'; accepted: less than half of 'executor.leaseMs', which is "
                    + leaseMs);
        }
        if (revokeGraceMs > 4_000) {
            throw new ConfigException(
                    "bad value '" + revokeGraceMs + "' for 'executor.revokeGraceMs'; accepted: up to 4000");
        }
    }

    /** Returns the settings that shape tasks, as they would be configured, for whoever runs one of them again elsewhere. */
    public Map<String, String> ofTasks() {
        var settings = new TreeMap<>(sandbox.ofTasks());
        settings.put("executor.path", path);
        settings.put("executor.hangReportMs", Integer.toString(hangReportMs));
        settings.put("executor.killGraceMs", Integer.toString(killGraceMs));
        settings.put("executor.maxLogBytes", Long.toString(maxLogBytes));
        return settings;
    }

    /** How much of the disk inputs may take. */
    public InputLimits inputLimits() {
        return new InputLimits(cacheBytes, sandbox.maxDiskBytes(), maxInputBytes, minFreeBytes);
    }

    public static ExecutorSettings from(Settings settings, String defaultId, Path defaultDirectory) {
        return new ExecutorSettings(
                HttpSettings.from(settings, "executor", HttpLimits.DEFAULTS),
                settings.text("executor.id", defaultId),
                settings.text("executor.pool", "default"),
                settings.integer("executor.slots", Runtime.getRuntime().availableProcessors(), 1, 1_000),
                new Capacity(
                        settings.integer("executor.cpuMillis", Machine.cpuMillis(), 1, 10_000_000),
                        settings.number("executor.memoryBytes", Machine.taskMemoryBytes(), 1 << 20, 1L << 50)),
                Labels.parse(settings.text("executor.labels", "")),
                Path.of(settings.text("executor.directory", defaultDirectory.toString())),
                settings.number("executor.lockWaitMs", 15_000, 0, 86_400_000),
                settings.number("executor.cleanupWaitMs", 120_000, 0, 86_400_000),
                settings.text("executor.path", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"),
                settings.integer("executor.heartbeatMs", 1_000, 100, 60_000),
                settings.integer("executor.leaseMs", 5_000, 1_000, 600_000),
                settings.integer("executor.hangReportMs", 2_000, 0, 60_000),
                settings.integer("executor.killGraceMs", 5_000, 0, 600_000),
                settings.integer("executor.revokeGraceMs", 2_000, 0, 4_000),
                settings.integer("executor.drainGraceMs", 3_000, 0, 600_000),
                settings.number("executor.maxLogBytes", 64L << 20, 1_024, 1L << 40),
                settings.integer("executor.inlineLogBytes", 4_096, 0, 16_384),
                settings.integer("executor.tailBytesPerSecond", 64 * 1024, 0, 16 << 20),
                new ArtifactLimits(
                        settings.number("executor.maxArtifactBytes", 200L << 20, 0, 1L << 40),
                        settings.integer("executor.maxArtifactFiles", 10_000, 0, 100_000),
                        settings.integer("executor.maxArtifactNameBytes", 2 << 20, 1_024, 16 << 20),
                        settings.number("executor.maxMatchSteps", 500_000_000, 1, 1L << 50)),
                new CaseLimits(
                        settings.integer("executor.maxCases", 100_000, 1, 10_000_000),
                        settings.number("executor.maxCaseBytes", 64L << 20, 1_024, 1L << 40)),
                settings.number("executor.cacheBytes", 5L << 30, 0, 1L << 50),
                settings.number("executor.maxInputBytes", 32L << 30, 0, 1L << 50),
                settings.number("executor.planCacheBytes", 64L << 20, 0, 1L << 40),
                settings.number("executor.minFreeBytes", 256L << 20, 0, 1L << 50),
                settings.number("executor.minFreeFiles", 50_000, 0, 1L << 50),
                settings.number("executor.maxSpoolBytes", 4L << 30, 1, 1L << 50),
                settings.number("executor.storeWaitMs", 3_600_000, 0, 7 * 86_400_000L),
                settings.number("executor.reportWaitMs", 3_600_000, 0, 7 * 86_400_000L),
                settings.integer("executor.maxWaiting", 256, 0, 1_000),
                SandboxSettings.from(settings));
    }
}
