package dev.millrace.scheduler.service.settings;

import dev.millrace.platform.config.Settings;
import java.util.Set;

/**
 * The planner's limits.
 *
 * @param maxPlans jobs planned at a time; bounds memory, and calls of the artifact service
 * @param maxPlansPerOwner of these, jobs of one owner, counted apart for urgent ones; owners take turns, so that many or slow plans
 *     of one hold up nobody else
 * @param specBytes of the heap for specs of jobs that are being planned
 * @param planBytes for plans from their making until they are published; a larger one is alone
 * @param documentMs how long the artifact service may take to answer for a spec, a plan or results, each time it is asked
 * @param documentPatienceMs how long a document is waited for that cannot be read while the service is well, before it counts as lost
 * @param maxUnplanned submissions of one partition that are read and not planned; further ones stay on the log
 * @param historyTimeoutMs after which a job is planned with what was read of its history
 * @param maxHistorySamples samples kept in memory for one plan
 * @param retryPatienceMs how long a retry waits for views that disagree with it, before it is put aside
 */
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
    public static final Set<String> KEYS = Set.of(
            "scheduler.maxPlans",
            "scheduler.maxPlansPerOwner",
            "scheduler.specBytes",
            "scheduler.planBytes",
            "scheduler.documentMs",
            "scheduler.documentPatienceMs",
            "scheduler.maxUnplanned",
            "scheduler.historyTimeoutMs",
            "scheduler.maxHistorySamples",
            "scheduler.retryPatienceMs");

    public static final PlannerSettings DEFAULTS =
            new PlannerSettings(8, 4, 48L << 20, 24L << 20, 15_000, 600_000, 1_000, 10_000, 200_000, 600_000);

    public static PlannerSettings from(Settings settings) {
        PlannerSettings usual = DEFAULTS;
        return new PlannerSettings(
                settings.integer("scheduler.maxPlans", usual.maxPlans, 1, 64),
                settings.integer("scheduler.maxPlansPerOwner", usual.maxPlansPerOwner, 1, 64),
                settings.number("scheduler.specBytes", usual.specBytes, 1L << 20, 1L << 40),
                settings.number("scheduler.planBytes", usual.planBytes, 1L << 20, 1L << 40),
                settings.number("scheduler.documentMs", usual.documentMs, 100, 600_000),
                settings.number("scheduler.documentPatienceMs", usual.documentPatienceMs, 1_000, 86_400_000),
                settings.integer("scheduler.maxUnplanned", usual.maxUnplanned, 10, 100_000),
                settings.number("scheduler.historyTimeoutMs", usual.historyTimeoutMs, 100, 120_000),
                settings.integer("scheduler.maxHistorySamples", usual.maxHistorySamples, 1_000, 10_000_000),
                settings.number("scheduler.retryPatienceMs", usual.retryPatienceMs, 1_000, 86_400_000));
    }
}
