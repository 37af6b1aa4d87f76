package dev.millrace.artifact;

import dev.millrace.platform.config.ConfigException;
import dev.millrace.platform.config.Setting;
import dev.millrace.platform.config.Settings;
import dev.millrace.platform.config.SettingsSection;
import dev.millrace.platform.http.HttpLimits;
import dev.millrace.platform.http.HttpSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The artifact service's settings, each described where it is declared. */
public record ArtifactSettings(
        HttpSettings http,
        String s3Endpoint,
        String s3Region,
        String bucket,
        String accessKey,
        String secretKey,
        Path spool,
        long maxSpoolBytes,
        long minFreeBytes,
        int maxUploads,
        int maxInterrupted,
        long maxBlobBytes,
        int maxReaders,
        int maxChecks,
        int ioThreads,
        int maxWaiting,
        int s3ConnectMs,
        int s3StallMs,
        int s3DeadlineMs,
        int transferDeadlineMs,
        long rememberedBytes,
        int rememberedMs) {
    public static final SettingsSection SECTION = new SettingsSection("artifacts", "Artifact service");

    private static final HttpSettings.Keys HTTP = new HttpSettings.Keys(SECTION, HttpLimits.FOR_UPLOADS);
    private static final Setting<String> S3_ENDPOINT =
            SECTION.text("s3Endpoint", "http://127.0.0.1:9000", "a URL", "Where S3 is.");
    private static final Setting<String> S3_REGION = SECTION.text("s3Region", "us-east-1", "a name", "Its region.");
    private static final Setting<String> BUCKET =
            SECTION.text("bucket", "millrace", "a name", "The bucket of all blobs.");
    private static final Setting<String> ACCESS_KEY =
            SECTION.text("accessKey", "millrace", "a name", "The S3 access key.");
    private static final Setting<String> SECRET_KEY_FILE =
            SECTION.text("secretKeyFile", "", "a file", "File whose last line is the S3 secret key. `serve` needs it.");
    private static final Setting<Path> SPOOL = SECTION.directory(
            "spool",
            "`artifact-spool` in the data directory",
            "Directory for uploads whose hash is not known yet. No other service may use it, and the directory that it is in must belong to the user of the service.");
    private static final Setting<Long> MAX_SPOOL_BYTES = SECTION.bytes(
            "maxSpoolBytes",
            16L << 30,
            1 << 20,
            1L << 50,
            "Disk space for uploads in progress and for interrupted ones that may resume.");
    private static final Setting<Long> MIN_FREE_BYTES = SECTION.bytes(
            "minFreeBytes",
            512L << 20,
            0,
            1L << 50,
            "Space that uploads leave free on the disk of `spool`. With less, clients must retry.");
    private static final Setting<Integer> MAX_UPLOADS =
            SECTION.integer("maxUploads", 256, 1, 100_000, "Uploads at once. Clients must retry further ones.");
    private static final Setting<Integer> MAX_INTERRUPTED = SECTION.integer(
            "maxInterrupted",
            1_024,
            1,
            100_000,
            "Interrupted uploads that may resume. The oldest are forgotten first.");
    private static final Setting<Long> MAX_BLOB_BYTES =
            SECTION.bytes("maxBlobBytes", 4L << 30, 1, 5L << 30, "Largest blob. S3 takes 5 GiB in one request.");
    private static final Setting<Integer> MAX_READERS =
            SECTION.integer("maxReaders", 128, 1, 100_000, "Downloads at once. Clients must retry further ones.");
    private static final Setting<Integer> MAX_CHECKS = SECTION.integer(
            "maxChecks",
            32,
            1,
            100_000,
            "Checks of whole blobs at once, such as those of `audit`. Clients must retry further ones.");
    private static final Setting<Integer> IO_THREADS = SECTION.integer(
            "ioThreads",
            16,
            1,
            256,
            "Calls of S3 at once: this many queries, as many uploads, and four times as many downloads.");
    private static final Setting<Integer> MAX_WAITING = SECTION.integer(
            "maxWaiting",
            512,
            1,
            100_000,
            "Calls of each kind that may wait for a thread; downloads and checks have limits of their own. Further ones get 503.");
    private static final Setting<Integer> S3_CONNECT_MS =
            SECTION.shortMillis("s3ConnectMs", 5_000, 100, 60_000, "Longest time to open a connection to S3.");
    private static final Setting<Integer> S3_STALL_MS = SECTION.shortMillis(
            "s3StallMs", 30_000, 100, 600_000, "Longest time in which S3 neither sends nor takes a byte.");
    private static final Setting<Integer> S3_DEADLINE_MS = SECTION.shortMillis(
            "s3DeadlineMs", 20_000, 100, 600_000, "Longest time for one query to S3, including the time in the queue.");
    private static final Setting<Integer> TRANSFER_DEADLINE_MS = SECTION.shortMillis(
            "transferDeadlineMs",
            3_600_000,
            1_000,
            86_400_000,
            "Longest time to store or send one blob, including the time in the queue.");
    private static final Setting<Long> REMEMBERED_BYTES = SECTION.bytes(
            "rememberedBytes", 32L << 20, 0, 1L << 40, "Heap for cached facts about blobs, such as that one exists.");
    private static final Setting<Integer> REMEMBERED_MS =
            SECTION.shortMillis("rememberedMs", 60_000, 0, 86_400_000, "How long these facts are cached.");

    /**
     * @param defaultSpool the spool directory if none is set. It must be below a directory that belongs to the user, since others can guess
     *     its name
     */
    public static ArtifactSettings from(Settings settings, Path defaultSpool) {
        String keyFile = SECRET_KEY_FILE.from(settings);
        if (keyFile.isEmpty()) {
            throw new ConfigException(
                    "'artifacts.secretKeyFile' is missing; accepted: a file whose last line is the S3 secret key");
        }
        return from(settings, defaultSpool, lastLine(Path.of(keyFile)));
    }

    /** Reads the settings, except for the S3 secret key, which the caller passes. */
    public static ArtifactSettings from(Settings settings, Path defaultSpool, String secretKey) {
        return new ArtifactSettings(
                HTTP.from(settings),
                S3_ENDPOINT.from(settings),
                S3_REGION.from(settings),
                BUCKET.from(settings),
                ACCESS_KEY.from(settings),
                secretKey,
                SPOOL.from(settings, defaultSpool),
                MAX_SPOOL_BYTES.from(settings),
                MIN_FREE_BYTES.from(settings),
                MAX_UPLOADS.from(settings),
                MAX_INTERRUPTED.from(settings),
                MAX_BLOB_BYTES.from(settings),
                MAX_READERS.from(settings),
                MAX_CHECKS.from(settings),
                IO_THREADS.from(settings),
                MAX_WAITING.from(settings),
                S3_CONNECT_MS.from(settings),
                S3_STALL_MS.from(settings),
                S3_DEADLINE_MS.from(settings),
                TRANSFER_DEADLINE_MS.from(settings),
                REMEMBERED_BYTES.from(settings),
                REMEMBERED_MS.from(settings));
    }

    private static String lastLine(Path file) {
        try {
            var lines = Files.readAllLines(file).stream()
                    .filter(line -> !line.isBlank())
                    .toList();
            if (lines.isEmpty()) {
                throw new ConfigException("the file " + file + " of 'artifacts.secretKeyFile' is empty");
            }
            return lines.get(lines.size() - 1).strip();
        } catch (IOException e) {
            throw new ConfigException("cannot read " + file + " of 'artifacts.secretKeyFile': " + e.getMessage());
        }
    }

    @Override
    public String toString() {
        return "ArtifactSettings[s3Endpoint=" + s3Endpoint + ", bucket=" + bucket + ", accessKey=" + accessKey
                + ", secretKey=***]";
    }
}
