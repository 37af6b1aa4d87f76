package dev.millrace.gateway.settings;

import dev.millrace.platform.config.Settings;
import dev.millrace.platform.http.ClientDeadlines;
import dev.millrace.platform.http.HttpLimits;
import dev.millrace.platform.http.HttpSettings;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;

/**
 * The gateway's settings.
 *
 * @param artifactService where clients upload inputs, and where bytes are read from
 * @param maxBodyBytes larger requests are refused
 * @param submissions how often an owner may have work begun
 * @param maxPasts jobs whose past is read at once for those who begin to watch them
 * @param maxPreviews plans previewed at once, each with a spec and a history in memory
 * @param maxStreamBacklog events of a watched job that are kept; a watcher who lags further behind is cut off, to resume by cursor
 * @param streamThreads for reading logs and artifacts, for live tails, and for the pasts of jobs: so many each
 * @param maxReaders of artifacts and sealed logs at once; more are to try again
 * @param maxFollowers of running logs at once, and watchers whose past their job's feed no longer holds; more are to try again
 * @param maxWaiting calls that wait for a thread of one kind; more are refused with 503
 * @param artifactThreads calls of the artifact service at once that somebody waits for
 * @param artifactDeadline for one of them, its waiting included
 * @param publishThreads events being handed to Kafka at once
 * @param publishDeadline for one of them, its waiting included
 * @param streamDeadline for sending a log, an artifact or merged results to one reader
 * @param treeThreads lists of artifacts being read at once
 * @param artifactTreesBytes of the heap for lists of artifacts that were read
 * @param mergeThreads results being merged at once
 * @param maxCaseBytes of the results of one task; larger ones are refused by name
 * @param jobFeedsBytes of the heap for events of jobs that are watched, or were
 * @param minFreeBytes of the disk of {@code spool} that merges leave free; with less they are to try again
 * @param knownJobsBytes of the heap for jobs that no view may show yet
 * @param spool directory for results while they are merged
 * @param client how long the artifact service is waited for
 * @param owner on whose behalf jobs are submitted until there are accounts
 */
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
    public static final Set<String> KEYS = HttpSettings.keys(
            "gateway",
            "gateway.artifactService",
            "gateway.maxBodyBytes",
            "gateway.submissionsPerMinute",
            "gateway.submissionsAtOnce",
            "gateway.maxPasts",
            "gateway.maxPreviews",
            "gateway.maxStreamBacklog",
            "gateway.streamThreads",
            "gateway.maxReaders",
            "gateway.maxFollowers",
            "gateway.maxWaiting",
            "gateway.artifactThreads",
            "gateway.artifactDeadlineMs",
            "gateway.publishThreads",
            "gateway.publishDeadlineMs",
            "gateway.streamDeadlineMs",
            "gateway.treeThreads",
            "gateway.artifactTreesBytes",
            "gateway.mergeThreads",
            "gateway.maxCaseBytes",
            "gateway.jobFeedsBytes",
            "gateway.minFreeBytes",
            "gateway.knownJobsBytes",
            "gateway.spool",
            "gateway.owner");

    /**
     * How many jobs an owner may submit or retry.
     *
     * @param perMinute as long as it likes; bounds what a single owner costs all services
     * @param atOnce after it had none for a while
     */
    public record Submissions(int perMinute, int atOnce) {
        static Submissions from(Settings settings) {
            return new Submissions(
                    settings.integer("gateway.submissionsPerMinute", 120, 1, 1_000_000),
                    settings.integer("gateway.submissionsAtOnce", 300, 1, 1_000_000));
        }
    }

    public static GatewaySettings from(Settings settings, String defaultArtifactService, Path defaultSpool) {
        return new GatewaySettings(
                HttpSettings.from(settings, "gateway", HttpLimits.DEFAULTS),
                URI.create(settings.text("gateway.artifactService", defaultArtifactService)),
                settings.number("gateway.maxBodyBytes", 8L << 20, 1_024, 1L << 30),
                Submissions.from(settings),
                settings.integer("gateway.maxPasts", 4, 1, 100),
                settings.integer("gateway.maxPreviews", 1, 1, 100),
                settings.integer("gateway.maxStreamBacklog", 10_000, 100, 1_000_000),
                settings.integer("gateway.streamThreads", 16, 1, 1_000),
                settings.integer("gateway.maxReaders", 64, 1, 100_000),
                settings.integer("gateway.maxFollowers", 64, 1, 10_000),
                settings.integer("gateway.maxWaiting", 64, 1, 100_000),
                settings.integer("gateway.artifactThreads", 8, 1, 1_000),
                ms(settings, "gateway.artifactDeadlineMs", 15_000),
                settings.integer("gateway.publishThreads", 8, 1, 1_000),
                ms(settings, "gateway.publishDeadlineMs", 15_000),
                ms(settings, "gateway.streamDeadlineMs", 3_600_000),
                settings.integer("gateway.treeThreads", 2, 1, 100),
                settings.number("gateway.artifactTreesBytes", 16L << 20, 0, 1L << 40),
                settings.integer("gateway.mergeThreads", 2, 1, 100),
                settings.number("gateway.maxCaseBytes", 256L << 20, 1_024, 1L << 40),
                settings.number("gateway.jobFeedsBytes", 32L << 20, 1_024, 1L << 40),
                settings.number("gateway.minFreeBytes", 512L << 20, 0, 1L << 50),
                settings.number("gateway.knownJobsBytes", 16L << 20, 1_024, 1L << 40),
                Path.of(settings.text("gateway.spool", defaultSpool.toString())),
                ClientDeadlines.from(settings),
                settings.text("gateway.owner", "local"));
    }

    private static Duration ms(Settings settings, String key, long fallback) {
        return Duration.ofMillis(settings.number(key, fallback, 100, 86_400_000));
    }
}
