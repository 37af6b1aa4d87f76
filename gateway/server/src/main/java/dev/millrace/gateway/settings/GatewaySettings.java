package dev.millrace.gateway.settings;

import dev.millrace.platform.config.Setting;
import dev.millrace.platform.config.Settings;
import dev.millrace.platform.config.SettingsSection;
import dev.millrace.platform.http.ClientDeadlines;
import dev.millrace.platform.http.HttpLimits;
import dev.millrace.platform.http.HttpSettings;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;

/** The gateway's settings, each described where it is declared. */
public record GatewaySettings(
        HttpSettings http,
        URI artifactService,
        long maxBodyBytes,
        Submissions submissions,
        int maxPasts,
        int maxPreviews,
        int maxStreamBacklog,
        int streamThreads,
        int maxReaders,
        int maxFollowers,
        int maxWaiting,
        int artifactThreads,
        Duration artifactDeadline,
        int publishThreads,
        Duration publishDeadline,
        Duration streamDeadline,
        int treeThreads,
        long artifactTreesBytes,
        int mergeThreads,
        long maxCaseBytes,
        long jobFeedsBytes,
        long minFreeBytes,
        long knownJobsBytes,
        Path spool,
        ClientDeadlines client,
        String owner) {
    public static final SettingsSection SECTION = new SettingsSection("gateway", "Gateway");

    private static final HttpSettings.Keys HTTP = new HttpSettings.Keys(SECTION, HttpLimits.DEFAULTS);
    private static final Setting<String> ARTIFACT_SERVICE =
            SECTION.text("artifactService", "http://127.0.0.1:8081", "a URL", "Where the artifact service is.");
    private static final Setting<Long> MAX_BODY_BYTES =
            SECTION.bytes("maxBodyBytes", 8L << 20, 1_024, 1L << 30, "Largest job spec. A larger one gets 413.");
    private static final Setting<Integer> SUBMISSIONS_PER_MINUTE = SECTION.integer(
            "submissionsPerMinute",
            120,
            1,
            1_000_000,
            "Jobs that an owner may submit, retry or preview in a minute. Every 500 tasks and units of suites of a spec, with their"
                    + " repetitions, and every 500 tasks that run again count as one more job. Requests without an owner count for `owner`.");
    private static final Setting<Integer> SUBMISSIONS_AT_ONCE = SECTION.integer(
            "submissionsAtOnce", 300, 1, 1_000_000, "Jobs that an owner may submit at once after a pause.");
    private static final Setting<Integer> MAX_PASTS = SECTION.integer(
            "maxPasts",
            4,
            1,
            100,
            "Jobs whose past events are read from the topics at once, for clients that start to watch them.");
    private static final Setting<Integer> MAX_PREVIEWS =
            SECTION.integer("maxPreviews", 1, 1, 100, "Plans previewed at once. Three more may wait.");
    private static final Setting<Integer> MAX_STREAM_BACKLOG = SECTION.integer(
            "maxStreamBacklog",
            10_000,
            100,
            1_000_000,
            "Events of a watched job that are kept. A client that is further behind is disconnected; it can resume from its cursor.");
    private static final Setting<Integer> STREAM_THREADS = SECTION.integer(
            "streamThreads",
            16,
            1,
            1_000,
            "Threads for reading logs and artifacts. As many again follow running logs, and as many read pasts of jobs.");
    private static final Setting<Integer> MAX_READERS = SECTION.integer(
            "maxReaders",
            64,
            1,
            100_000,
            "Readers of artifacts and ended logs at once. Clients must retry further ones.");
    private static final Setting<Integer> MAX_FOLLOWERS = SECTION.integer(
            "maxFollowers",
            64,
            1,
            10_000,
            "Readers of running logs at once, with clients whose past is no longer kept. Clients must retry further ones.");
    private static final Setting<Integer> MAX_WAITING = SECTION.integer(
            "maxWaiting", 64, 1, 100_000, "Calls that wait for a thread of one kind. Further ones get 503.");
    private static final Setting<Integer> ARTIFACT_THREADS =
            SECTION.integer("artifactThreads", 8, 1, 1_000, "Calls of the artifact service at once.");
    private static final Setting<Duration> ARTIFACT_DEADLINE = SECTION.deadline(
            "artifactDeadlineMs",
            Duration.ofSeconds(15),
            "Longest time for one such call, including the time in the queue.");
    private static final Setting<Integer> PUBLISH_THREADS =
            SECTION.integer("publishThreads", 8, 1, 1_000, "Events handed to Kafka at once.");
    private static final Setting<Duration> PUBLISH_DEADLINE = SECTION.deadline(
            "publishDeadlineMs",
            Duration.ofSeconds(15),
            "Longest time for one such event, including the time in the queue.");
    private static final Setting<Duration> STREAM_DEADLINE = SECTION.deadline(
            "streamDeadlineMs",
            Duration.ofHours(1),
            "Longest time to send a log, an artifact or merged results to one reader.");
    private static final Setting<Integer> TREE_THREADS =
            SECTION.integer("treeThreads", 2, 1, 100, "Lists of artifacts that are read at once.");
    private static final Setting<Long> ARTIFACT_TREES_BYTES =
            SECTION.bytes("artifactTreesBytes", 16L << 20, 0, 1L << 40, "Heap for lists of artifacts that were read.");
    private static final Setting<Integer> MERGE_THREADS =
            SECTION.integer("mergeThreads", 2, 1, 100, "Jobs whose results are merged at once.");
    private static final Setting<Long> MAX_CASE_BYTES = SECTION.bytes(
            "maxCaseBytes",
            256L << 20,
            1_024,
            1L << 40,
            "Largest results of one task that are merged. Larger ones are left out by name.");
    private static final Setting<Long> JOB_FEEDS_BYTES = SECTION.bytes(
            "jobFeedsBytes", 32L << 20, 1_024, 1L << 40, "Heap for events of jobs that are watched, or were.");
    private static final Setting<Long> MIN_FREE_BYTES = SECTION.bytes(
            "minFreeBytes",
            512L << 20,
            0,
            1L << 50,
            "Space that merges leave free on the disk of `spool`. With less, clients must retry.");
    private static final Setting<Long> KNOWN_JOBS_BYTES = SECTION.bytes(
            "knownJobsBytes", 16L << 20, 1_024, 1L << 40, "Heap for jobs that the views may not show yet.");
    private static final Setting<Path> SPOOL = SECTION.directory(
            "spool", "`gateway-spool` in the data directory", "Directory for results while they are merged.");
    private static final Setting<String> OWNER = SECTION.text(
            "owner",
            "local",
            "an owner's name",
            "The owner of jobs for which none is named, until there are accounts.");

    /**
     * How many jobs an owner may submit, retry or preview.
     *
     * @param perMinute jobs per minute that an owner may submit without a pause; this limits what one owner costs all services
     * @param atOnce jobs that an owner may submit at once after it submitted none for a while
     */
    public record Submissions(int perMinute, int atOnce) {}

    public static GatewaySettings from(Settings settings, Path defaultSpool) {
        return new GatewaySettings(
                HTTP.from(settings),
                URI.create(ARTIFACT_SERVICE.from(settings)),
                MAX_BODY_BYTES.from(settings),
                new Submissions(SUBMISSIONS_PER_MINUTE.from(settings), SUBMISSIONS_AT_ONCE.from(settings)),
                MAX_PASTS.from(settings),
                MAX_PREVIEWS.from(settings),
                MAX_STREAM_BACKLOG.from(settings),
                STREAM_THREADS.from(settings),
                MAX_READERS.from(settings),
                MAX_FOLLOWERS.from(settings),
                MAX_WAITING.from(settings),
                ARTIFACT_THREADS.from(settings),
                ARTIFACT_DEADLINE.from(settings),
                PUBLISH_THREADS.from(settings),
                PUBLISH_DEADLINE.from(settings),
                STREAM_DEADLINE.from(settings),
                TREE_THREADS.from(settings),
                ARTIFACT_TREES_BYTES.from(settings),
                MERGE_THREADS.from(settings),
                MAX_CASE_BYTES.from(settings),
                JOB_FEEDS_BYTES.from(settings),
                MIN_FREE_BYTES.from(settings),
                KNOWN_JOBS_BYTES.from(settings),
                SPOOL.from(settings, defaultSpool),
                ClientDeadlines.from(settings),
                OWNER.from(settings));
    }
}
