package dev.millrace.scheduler.service.settings;

import dev.millrace.platform.config.Settings;
import dev.millrace.platform.http.HttpLimits;
import dev.millrace.platform.http.HttpSettings;
import dev.millrace.scheduler.model.CoreConfig;
import java.nio.file.Path;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The scheduler's settings.
 *
 * @param http for health and metrics only
 * @param stateDirectory of Kafka Streams; losing it costs a restore, no data
 * @param commitIntervalMs how long decisions wait to be visible under load; without load they do not wait
 * @param tickMs between two ticks
 * @param sessionTimeoutMs silence after which another instance takes over
 * @param transactionTimeoutMs how long an abandoned transaction may hold up readers
 * @param admission how much open work it takes in
 * @param standbys warm copies of the state on other instances
 */
public record SchedulerSettings(
        HttpSettings http,
        Path stateDirectory,
        int commitIntervalMs,
        int tickMs,
        int sessionTimeoutMs,
        int transactionTimeoutMs,
        AdmissionLimits admission,
        int standbys,
        CoreConfig core,
        PlannerSettings planner) {
    private static final Set<String> OWN_KEYS = HttpSettings.keys(
            "scheduler",
            "scheduler.stateDirectory",
            "scheduler.commitIntervalMs",
            "scheduler.tickMs",
            "scheduler.sessionTimeoutMs",
            "scheduler.transactionTimeoutMs",
            "scheduler.maxHeldBytes",
            "scheduler.maxFinishedBytes",
            "scheduler.maxOwners",
            "scheduler.maxUnplannedJobs",
            "scheduler.maxDifferentNeeds",
            "scheduler.standbys",
            "scheduler.leaseMs",
            "scheduler.dispatchTimeoutMs",
            "scheduler.infrastructureRetries",
            "scheduler.maxLookAhead",
            "scheduler.maxEventsPerInput",
            "scheduler.expireAfterMs",
            "scheduler.retryElsewhereMs",
            "scheduler.secondOpinionMs",
            "scheduler.probationMs",
            "scheduler.planTimeoutMs",
            "scheduler.reservationMs");

    public static final Set<String> KEYS =
            Stream.concat(OWN_KEYS.stream(), PlannerSettings.KEYS.stream()).collect(Collectors.toUnmodifiableSet());

    public static SchedulerSettings from(Settings settings, Path defaultStateDirectory) {
        CoreConfig core = CoreConfig.DEFAULTS;
        return new SchedulerSettings(
                HttpSettings.from(settings, "scheduler", HttpLimits.DEFAULTS),
                Path.of(settings.text("scheduler.stateDirectory", defaultStateDirectory.toString())),
                settings.integer("scheduler.commitIntervalMs", 60, 1, 1_000),
                settings.integer("scheduler.tickMs", 250, 50, 5_000),
                settings.integer("scheduler.sessionTimeoutMs", 2_000, 1_000, 60_000),
                settings.integer("scheduler.transactionTimeoutMs", 2_000, 1_000, 60_000),
                AdmissionLimits.from(settings),
                settings.integer("scheduler.standbys", 1, 0, 3),
                new CoreConfig(
                        settings.number("scheduler.leaseMs", core.leaseMs(), 1_000, 600_000),
                        settings.number("scheduler.dispatchTimeoutMs", core.dispatchTimeoutMs(), 1_000, 600_000),
                        settings.integer("scheduler.infrastructureRetries", core.infrastructureRetries(), 0, 20),
                        core.lookAheadMs(),
                        settings.integer("scheduler.maxLookAhead", core.maxLookAhead(), 0, 256),
                        settings.integer("scheduler.maxEventsPerInput", core.maxEventsPerInput(), 10, 10_000),
                        core.progressIntervalMs(),
                        settings.number("scheduler.expireAfterMs", core.expireAfterMs(), 1_000, 86_400_000),
                        settings.number("scheduler.retryElsewhereMs", core.retryElsewhereMs(), 0, 3_600_000),
                        settings.number("scheduler.secondOpinionMs", core.secondOpinionMs(), 0, 86_400_000),
                        settings.number("scheduler.probationMs", core.probationMs(), 0, 3_600_000),
                        core.tombstoneMs(),
                        settings.number("scheduler.planTimeoutMs", core.planTimeoutMs(), 1_000, 3_600_000),
                        settings.number("scheduler.reservationMs", core.reservationMs(), 1_000, 86_400_000)),
                PlannerSettings.from(settings));
    }
}
