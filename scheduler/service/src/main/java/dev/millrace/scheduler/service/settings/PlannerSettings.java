package dev.millrace.scheduler.service.settings;

import dev.millrace.platform.config.Setting;
import dev.millrace.platform.config.Settings;
import dev.millrace.platform.config.SettingsSection;
import java.util.Map;

/** The planner's limits, each described where it is declared. */
public record PlannerSettings(
        int maxPlans,
        int maxPlansPerOwner,
        long specBytes,
        long planBytes,
        long documentMs,
        long documentPatienceMs,
        int maxUnplanned,
        long historyTimeoutMs,
        int maxHistorySamples,
        long retryPatienceMs) {
    public static final SettingsSection SECTION = new SettingsSection("scheduler", "Scheduler: planning");

    private static final Setting<Integer> MAX_PLANS = SECTION.integer(
            "maxPlans", 8, 1, 64, "Jobs planned at once. Bounds memory, and calls of the artifact service.");
    private static final Setting<Integer> MAX_PLANS_PER_OWNER = SECTION.integer(
            "maxPlansPerOwner",
            4,
            1,
            64,
            "Jobs of one owner planned at once; urgent jobs are counted separately. Owners take turns, so many or slow plans of"
                    + " one owner do not delay the others.");
    private static final Setting<Long> SPEC_BYTES = SECTION.bytes(
            "specBytes",
            48L << 20,
            1L << 20,
            1L << 40,
            "Heap for specs of jobs that are being planned. A quarter is reserved for small specs. A spec larger than the rest"
                    + " is planned alone.");
    private static final Setting<Long> PLAN_BYTES =
            SECTION.bytes("planBytes", 24L << 20, 1L << 20, 1L << 40, "The same for plans, until they are published.");
    private static final Setting<Long> DOCUMENT_MS = SECTION.millis(
            "documentMs",
            15_000,
            100,
            600_000,
            "Longest time for an answer of the artifact service for a spec, a plan or results.");
    private static final Setting<Long> DOCUMENT_PATIENCE_MS = SECTION.millis(
            "documentPatienceMs",
            600_000,
            1_000,
            86_400_000,
            "How long to retry a document that cannot be read although the artifact service is healthy. After that it counts as"
                    + " lost.");
    private static final Setting<Integer> MAX_UNPLANNED = SECTION.integer(
            "maxUnplanned",
            1_000,
            10,
            100_000,
            "Submissions of a partition that are read and not planned yet. Further ones stay on the log.");
    private static final Setting<Long> HISTORY_TIMEOUT_MS = SECTION.millis(
            "historyTimeoutMs",
            10_000,
            100,
            120_000,
            "Longest time for reading a job's history. After that the job is planned with what was read.");
    private static final Setting<Integer> MAX_HISTORY_SAMPLES = SECTION.integer(
            "maxHistorySamples",
            200_000,
            1_000,
            10_000_000,
            "Samples of history that are kept in memory for one plan.");
    private static final Setting<Long> RETRY_PATIENCE_MS = SECTION.millis(
            "retryPatienceMs",
            600_000,
            1_000,
            86_400_000,
            "How long a retry waits while the views lag behind it or contradict it. After that it goes to the dead letters.");

    public static final PlannerSettings DEFAULTS = from(Settings.of(Map.of()));

    public static PlannerSettings from(Settings settings) {
        return new PlannerSettings(
                MAX_PLANS.from(settings),
                MAX_PLANS_PER_OWNER.from(settings),
                SPEC_BYTES.from(settings),
                PLAN_BYTES.from(settings),
                DOCUMENT_MS.from(settings),
                DOCUMENT_PATIENCE_MS.from(settings),
                MAX_UNPLANNED.from(settings),
                HISTORY_TIMEOUT_MS.from(settings),
                MAX_HISTORY_SAMPLES.from(settings),
                RETRY_PATIENCE_MS.from(settings));
    }
}
