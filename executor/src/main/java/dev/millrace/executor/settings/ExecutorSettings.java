package dev.millrace.executor.settings;

import dev.millrace.executor.artifacts.ArtifactLimits;
import dev.millrace.executor.cases.CaseLimits;
import dev.millrace.executor.inputs.InputLimits;
import dev.millrace.executor.sandbox.SandboxSettings;
import dev.millrace.platform.config.ConfigException;
import dev.millrace.platform.config.Setting;
import dev.millrace.platform.config.Settings;
import dev.millrace.platform.config.SettingsSection;
import dev.millrace.platform.http.HttpLimits;
import dev.millrace.platform.http.HttpSettings;
import dev.millrace.schemas.Ids;
import dev.millrace.schemas.event.Capacity;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** An executor's settings, each described where it is declared. */
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
        ArtifactLimits scopeContext,
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
    private static final long WEEK_MS = 7 * 86_400_000L;
    private static final SettingsSection SECTION = new SettingsSection("executor", "Executor");

    public static final List<SettingsSection> SECTIONS = List.of(SECTION, SandboxSettings.SECTION);

    private static final HttpSettings.Keys HTTP = new HttpSettings.Keys(SECTION, HttpLimits.DEFAULTS);
    public static final Setting<String> ARTIFACT_SERVICE =
            SECTION.text("artifactService", "http://127.0.0.1:8081", "a URL", "Where the artifact service is.");
    public static final Setting<String> ID = SECTION.text(
            "id",
            "",
            "letters, digits, '.', '_' and '-'",
            "The executor's name. It must be unique and stay the same across restarts. `serve` needs it.");
    private static final Setting<String> POOL =
            SECTION.text("pool", "default", "lower-case letters, digits and '-'", "The pool whose tasks it runs.");
    public static final Setting<Integer> SLOTS =
            SECTION.integer("slots", "the number of processors", 1, 1_000, "Tasks that it runs at once.");
    private static final Setting<Integer> CPU_MILLIS = SECTION.integer(
            "cpuMillis",
            "the machine's processors",
            1,
            10_000_000,
            "Thousandths of a processor that the slots share in equal parts.");
    private static final Setting<Long> MEMORY_BYTES = SECTION.bytes(
            "memoryBytes",
            "three quarters of the machine's memory",
            1 << 20,
            1L << 50,
            "Memory that the slots share in equal parts.");
    private static final Setting<String> LABELS = SECTION.text(
            "labels",
            "",
            "name=value, separated by commas",
            "Labels that tasks may require, in addition to `os` and `arch`.");
    private static final Setting<Path> DIRECTORY = SECTION.directory(
            "directory",
            "`executors/ID` in the data directory",
            "Directory for work, cache and spool. Only one executor at a time can use it; that executor locks it and"
                    + " deletes earlier work in it.");
    private static final Setting<Long> LOCK_WAIT_MS = SECTION.millis(
            "lockWaitMs",
            15_000,
            0,
            86_400_000,
            "How long a start waits until another executor, such as one that is stopping, releases `directory`.");
    private static final Setting<Long> CLEANUP_WAIT_MS = SECTION.millis(
            "cleanupWaitMs",
            120_000,
            0,
            86_400_000,
            "How long a start waits for the watchdog that cleans up after an executor that died.");
    private static final Setting<String> PATH = SECTION.text(
            "path",
            "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
            "directories, separated by ':'",
            "The PATH of tasks. They see nothing of the executor's own environment.");
    private static final Setting<Integer> HEARTBEAT_MS =
            SECTION.shortMillis("heartbeatMs", 1_000, 100, 60_000, "Time between two heartbeats.");
    private static final Setting<Integer> LEASE_MS = SECTION.shortMillis(
            "leaseMs",
            5_000,
            1_000,
            600_000,
            "Time without an acknowledged heartbeat after which the executor kills its own tasks. More than twice"
                    + " `heartbeatMs`.");
    private static final Setting<Integer> HANG_REPORT_MS = SECTION.shortMillis(
            "hangReportMs",
            2_000,
            0,
            60_000,
            "How long processes may take to write down where they hang, before a timeout kills them; 0 not to ask.");
    private static final Setting<Integer> KILL_GRACE_MS =
            SECTION.shortMillis("killGraceMs", 5_000, 0, 600_000, "Time between SIGTERM and SIGKILL at a timeout.");
    private static final Setting<Integer> REVOKE_GRACE_MS = SECTION.shortMillis(
            "revokeGraceMs",
            2_000,
            0,
            4_000,
            "The same for an attempt that was revoked, which must be dead within five seconds.");
    private static final Setting<Integer> DRAIN_GRACE_MS = SECTION.shortMillis(
            "drainGraceMs", 3_000, 0, 600_000, "How long running tasks may continue after the executor gets SIGTERM.");
    private static final Setting<Long> MAX_LOG_BYTES = SECTION.bytes(
            "maxLogBytes",
            64L << 20,
            1_024,
            1L << 40,
            "Bytes that are kept of each stream; the rest is dropped and counted. The report of a hanging task may add up to"
                    + " 1 MiB.");
    private static final Setting<Integer> INLINE_LOG_BYTES =
            SECTION.smallBytes("inlineLogBytes", 4_096, 0, 16_384, "Largest stream that travels within the report.");
    private static final Setting<Integer> TAIL_BYTES_PER_SECOND = SECTION.smallBytes(
            "tailBytesPerSecond", 64 * 1024, 0, 16 << 20, "Live output of one attempt; the rest comes at its end.");
    private static final Setting<Long> MAX_ARTIFACT_BYTES = SECTION.bytes(
            "maxArtifactBytes",
            200L << 20,
            0,
            1L << 40,
            "Total size of the artifacts of one task. Files beyond it are not stored; a note names them.");
    private static final Setting<Integer> MAX_ARTIFACT_FILES =
            SECTION.integer("maxArtifactFiles", 10_000, 0, 100_000, "The same in files.");
    private static final Setting<Integer> MAX_ARTIFACT_NAME_BYTES = SECTION.smallBytes(
            "maxArtifactNameBytes",
            2 << 20,
            1_024,
            16 << 20,
            "The names of all these files together, which are held in memory until the files are stored.");
    private static final Setting<Long> MAX_MATCH_STEPS = SECTION.number(
            "maxMatchSteps",
            500_000_000,
            1,
            1L << 50,
            "Steps to match a task's files with its `artifacts`; the default takes a thread some seconds. Files after the last"
                    + " step are left out.");
    private static final Setting<Long> MAX_CONTEXT_BYTES = SECTION.bytes(
            "maxContextBytes",
            16L << 20,
            0,
            1L << 40,
            "Total size of the files that the set-up of a scope leaves for its tests. With more, the set-up fails.");
    private static final Setting<Integer> MAX_CONTEXT_FILES =
            SECTION.integer("maxContextFiles", 1_000, 0, 100_000, "The same in files.");
    private static final Setting<Integer> MAX_CASES = SECTION.integer(
            "maxCases",
            100_000,
            1,
            10_000_000,
            "Test cases of a task. Further cases are left out; the report has an error that says so, and commands exit with 5."
                    + " At most ten lines are read for each case that may be kept.");
    private static final Setting<Long> MAX_CASE_BYTES =
            SECTION.bytes("maxCaseBytes", 64L << 20, 1_024, 1L << 40, "The same in bytes of their results.");
    private static final Setting<Long> CACHE_BYTES = SECTION.bytes(
            "cacheBytes",
            5L << 30,
            0,
            1L << 50,
            "Size of the inputs that are kept between tasks; at most 200000 files.");
    private static final Setting<Long> MAX_INPUT_BYTES = SECTION.bytes(
            "maxInputBytes",
            32L << 30,
            0,
            1L << 50,
            "Disk space that the inputs of one attempt may take, including inputs shared with other attempts (ADR 0051).");
    private static final Setting<Long> PLAN_CACHE_BYTES =
            SECTION.bytes("planCacheBytes", 64L << 20, 0, 1L << 40, "Heap for plans and trees that were read last.");
    private static final Setting<Long> MIN_FREE_BYTES = SECTION.bytes(
            "minFreeBytes",
            256L << 20,
            0,
            1L << 50,
            "Free space that the disk of `directory` must have. With less, the executor drops its cache. If that is not enough,"
                    + " it takes no work and says so, and attempts that fail meanwhile count as its own fault. With less than"
                    + " half, the task that most likely fills the disk is stopped and tried elsewhere (ADR 0042). Inputs that"
                    + " would leave less are not fetched. 0 turns all of this off.");
    private static final Setting<Long> MIN_FREE_FILES = SECTION.number(
            "minFreeFiles",
            50_000,
            0,
            1L << 50,
            "The same for the number of files that the disk has room for, if it has such a limit. Fetching inputs does not"
                    + " depend on it.");
    private static final Setting<Long> MAX_SPOOL_BYTES = SECTION.bytes(
            "maxSpoolBytes",
            4L << 30,
            1,
            1L << 50,
            "Disk space for ended attempts whose results wait for their turn or for the artifact service. With more, the"
                    + " executor takes no work.");
    private static final Setting<Long> STORE_WAIT_MS = SECTION.millis(
            "storeWaitMs",
            3_600_000,
            0,
            WEEK_MS,
            "How long results and inputs wait for the artifact service before their attempt is given up.");
    private static final Setting<Long> REPORT_WAIT_MS =
            SECTION.millis("reportWaitMs", 3_600_000, 0, WEEK_MS, "How long a report waits for Kafka.");
    private static final Setting<Integer> MAX_WAITING = SECTION.integer(
            "maxWaiting", 256, 0, 1_000, "Attempts held beyond the slots. Further ones are given back.");

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

    /** Returns the settings that affect tasks, written as in a configuration, so that a task can be run again elsewhere. */
    public Map<String, String> ofTasks() {
        var settings = new TreeMap<>(sandbox.ofTasks());
        settings.put(PATH.key(), path);
        settings.put(HANG_REPORT_MS.key(), HANG_REPORT_MS.write(hangReportMs));
        settings.put(KILL_GRACE_MS.key(), KILL_GRACE_MS.write(killGraceMs));
        settings.put(MAX_LOG_BYTES.key(), MAX_LOG_BYTES.write(maxLogBytes));
        return settings;
    }

    /** Returns how much of the disk inputs may use. */
    public InputLimits inputLimits() {
        return new InputLimits(cacheBytes, sandbox.maxDiskBytes(), maxInputBytes, minFreeBytes);
    }

    public static ExecutorSettings from(Settings settings, String defaultId, Path defaultDirectory) {
        return new ExecutorSettings(
                HTTP.from(settings),
                ID.from(settings, defaultId),
                POOL.from(settings),
                SLOTS.from(settings, Runtime.getRuntime().availableProcessors()),
                new Capacity(
                        CPU_MILLIS.from(settings, Machine.cpuMillis()),
                        MEMORY_BYTES.from(settings, Machine.taskMemoryBytes())),
                Labels.parse(LABELS.from(settings)),
                DIRECTORY.from(settings, defaultDirectory),
                LOCK_WAIT_MS.from(settings),
                CLEANUP_WAIT_MS.from(settings),
                PATH.from(settings),
                HEARTBEAT_MS.from(settings),
                LEASE_MS.from(settings),
                HANG_REPORT_MS.from(settings),
                KILL_GRACE_MS.from(settings),
                REVOKE_GRACE_MS.from(settings),
                DRAIN_GRACE_MS.from(settings),
                MAX_LOG_BYTES.from(settings),
                INLINE_LOG_BYTES.from(settings),
                TAIL_BYTES_PER_SECOND.from(settings),
                new ArtifactLimits(
                        MAX_ARTIFACT_BYTES.from(settings),
                        MAX_ARTIFACT_FILES.from(settings),
                        MAX_ARTIFACT_NAME_BYTES.from(settings),
                        MAX_MATCH_STEPS.from(settings)),
                new ArtifactLimits(
                        MAX_CONTEXT_BYTES.from(settings),
                        MAX_CONTEXT_FILES.from(settings),
                        MAX_ARTIFACT_NAME_BYTES.from(settings),
                        MAX_MATCH_STEPS.from(settings)),
                new CaseLimits(MAX_CASES.from(settings), MAX_CASE_BYTES.from(settings)),
                CACHE_BYTES.from(settings),
                MAX_INPUT_BYTES.from(settings),
                PLAN_CACHE_BYTES.from(settings),
                MIN_FREE_BYTES.from(settings),
                MIN_FREE_FILES.from(settings),
                MAX_SPOOL_BYTES.from(settings),
                STORE_WAIT_MS.from(settings),
                REPORT_WAIT_MS.from(settings),
                MAX_WAITING.from(settings),
                SandboxSettings.from(settings));
    }
}
