package dev.millrace.scheduler.service.settings;

import dev.millrace.platform.config.Setting;
import dev.millrace.platform.config.Settings;
import dev.millrace.platform.config.SettingsSection;
import dev.millrace.platform.http.HttpLimits;
import dev.millrace.platform.http.HttpSettings;
import dev.millrace.scheduler.model.CoreConfig;
import java.nio.file.Path;
import java.util.List;

/**
 * The scheduler's settings, each described where it is declared.
 *
 * @param http the HTTP server, which serves only health and metrics
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
    private static final CoreConfig CORE = CoreConfig.DEFAULTS;
    private static final SettingsSection SECTION = new SettingsSection("scheduler", "Scheduler");

    public static final List<SettingsSection> SECTIONS =
            List.of(SECTION, AdmissionLimits.SECTION, PlannerSettings.SECTION);

    private static final HttpSettings.Keys HTTP = new HttpSettings.Keys(SECTION, HttpLimits.DEFAULTS);
    public static final Setting<String> ARTIFACT_SERVICE =
            SECTION.text("artifactService", "http://127.0.0.1:8081", "a URL", "Where the artifact service is.");
    private static final Setting<Path> STATE_DIRECTORY = SECTION.directory(
            "stateDirectory",
            "`scheduler` in the data directory",
            "Directory of Kafka Streams. Without it the state is restored from Kafka; no data is lost.");
    private static final Setting<Integer> COMMIT_INTERVAL_MS = SECTION.shortMillis(
            "commitIntervalMs",
            60,
            1,
            1_000,
            "How long decisions wait to be visible under load. Without load they do not wait.");
    private static final Setting<Integer> TICK_MS =
            SECTION.shortMillis("tickMs", 250, 50, 5_000, "Time between two ticks of a pool.");
    private static final Setting<Integer> SESSION_TIMEOUT_MS = SECTION.shortMillis(
            "sessionTimeoutMs",
            2_000,
            1_000,
            60_000,
            "Silence after which another instance takes over. The embedded stack has 6000.");
    private static final Setting<Integer> TRANSACTION_TIMEOUT_MS = SECTION.shortMillis(
            "transactionTimeoutMs",
            2_000,
            1_000,
            60_000,
            "How long an abandoned transaction may hold up readers. The embedded stack has 30000.");
    private static final Setting<Integer> STANDBYS = SECTION.integer(
            "standbys", 1, 0, 3, "Warm copies of the state on other instances. The embedded stack has 0.");
    private static final Setting<Long> LEASE_MS = SECTION.millis(
            "leaseMs",
            CORE.leaseMs(),
            1_000,
            600_000,
            "Silence after which an executor counts as lost and its tasks run elsewhere.");
    private static final Setting<Long> DISPATCH_TIMEOUT_MS = SECTION.millis(
            "dispatchTimeoutMs",
            CORE.dispatchTimeoutMs(),
            1_000,
            600_000,
            "How long an executor may take to list an attempt that was sent to it.");
    private static final Setting<Integer> INFRASTRUCTURE_RETRIES = SECTION.integer(
            "infrastructureRetries",
            CORE.infrastructureRetries(),
            0,
            20,
            "Further attempts of a task for failures that it did not cause, in addition to its own retries.");
    private static final Setting<Integer> MAX_LOOK_AHEAD = SECTION.integer(
            "maxLookAhead",
            CORE.maxLookAhead(),
            0,
            256,
            "Brief tasks that may wait at an executor for a slot, beside those that run there.");
    private static final Setting<Integer> MAX_EVENTS_PER_INPUT = SECTION.integer(
            "maxEventsPerInput",
            CORE.maxEventsPerInput(),
            10,
            10_000,
            "Decisions that one input may cause. The rest follow with the next input.");
    private static final Setting<Long> EXPIRE_AFTER_MS = SECTION.millis(
            "expireAfterMs",
            CORE.expireAfterMs(),
            1_000,
            86_400_000,
            "How long a task waits for an executor that could run it before it fails as expired.");
    private static final Setting<Long> RETRY_ELSEWHERE_MS = SECTION.millis(
            "retryElsewhereMs",
            CORE.retryElsewhereMs(),
            0,
            3_600_000,
            "How long a retry waits for an executor on which it has not failed before.");
    private static final Setting<Long> SECOND_OPINION_MS = SECTION.millis(
            "secondOpinionMs",
            CORE.secondOpinionMs(),
            0,
            86_400_000,
            "The same for a task that failed on an executor under suspicion.");
    private static final Setting<Long> PROBATION_MS = SECTION.millis(
            "probationMs",
            CORE.probationMs(),
            0,
            3_600_000,
            "How long an executor with unexplained failures gets no work.");
    private static final Setting<Long> PLAN_TIMEOUT_MS = SECTION.millis(
            "planTimeoutMs",
            CORE.planTimeoutMs(),
            1_000,
            3_600_000,
            "How long to wait for the missing tasks of a plan. After that the job ends without them.");
    private static final Setting<Long> RESERVATION_MS = SECTION.millis(
            "reservationMs",
            CORE.reservationMs(),
            1_000,
            86_400_000,
            "How long an executor is held at first for a task that needs more room than it has (ADR 0062).");

    private static final Setting<Integer> MAX_QUARANTINED_DOMAINS = SECTION.integer(
            "maxQuarantinedDomains",
            CORE.maxQuarantinedDomains(),
            0,
            1_000_000,
            "Domains of a pool that may be in quarantine. With more, the oldest is released.");

    public static SchedulerSettings from(Settings settings, Path defaultStateDirectory) {
        return new SchedulerSettings(
                HTTP.from(settings),
                STATE_DIRECTORY.from(settings, defaultStateDirectory),
                COMMIT_INTERVAL_MS.from(settings),
                TICK_MS.from(settings),
                SESSION_TIMEOUT_MS.from(settings),
                TRANSACTION_TIMEOUT_MS.from(settings),
                AdmissionLimits.from(settings),
                STANDBYS.from(settings),
                new CoreConfig(
                        LEASE_MS.from(settings),
                        DISPATCH_TIMEOUT_MS.from(settings),
                        INFRASTRUCTURE_RETRIES.from(settings),
                        CORE.lookAheadMs(),
                        MAX_LOOK_AHEAD.from(settings),
                        MAX_EVENTS_PER_INPUT.from(settings),
                        CORE.progressIntervalMs(),
                        EXPIRE_AFTER_MS.from(settings),
                        RETRY_ELSEWHERE_MS.from(settings),
                        SECOND_OPINION_MS.from(settings),
                        PROBATION_MS.from(settings),
                        CORE.tombstoneMs(),
                        PLAN_TIMEOUT_MS.from(settings),
                        RESERVATION_MS.from(settings),
                        MAX_QUARANTINED_DOMAINS.from(settings)),
                PlannerSettings.from(settings));
    }
}
