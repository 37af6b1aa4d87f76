package dev.millrace.artifact;

import dev.millrace.platform.config.ConfigException;
import dev.millrace.platform.config.Settings;
import dev.millrace.platform.http.HttpLimits;
import dev.millrace.platform.http.HttpSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;

/**
 * The artifact service's settings.
 *
 * @param spool directory for uploads whose hash is not known yet
 * @param maxSpoolBytes of all uploads under way and of those that were cut and may go on
 * @param minFreeBytes of the disk of {@code spool} that uploads leave free; with less they are to try again
 * @param maxUploads at the same time; more are to try again
 * @param maxInterrupted uploads that were cut and may go on; the ones cut first are forgotten. Default: several times as many as
 *     can be cut at once
 * @param maxBlobBytes larger uploads are refused; at most 5 GiB, the most that S3 takes in one request
 * @param maxReaders downloads at once; more are to try again
 * @param maxChecks of stored blobs at once; each reads a whole blob; more are to try again
 * @param ioThreads calls of S3 at the same time: questions as many, uploads being stored as many, and downloads four times as many
 * @param maxWaiting calls that wait for one of those threads, of each kind but downloads and checks; more are refused with 503
 * @param s3ConnectMs for a connection to S3
 * @param s3StallMs without a byte from S3, or without it taking one
 * @param s3DeadlineMs for one question to S3, its waiting included
 * @param transferDeadlineMs for storing or sending one blob, its waiting included
 * @param rememberedBytes of memory for what is known of blobs
 * @param rememberedMs how long it is believed
 */
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
    public static final Set<String> KEYS = HttpSettings.keys(
            "artifacts",
            "artifacts.s3Endpoint",
            "artifacts.s3Region",
            "artifacts.bucket",
            "artifacts.accessKey",
            "artifacts.secretKeyFile",
            "artifacts.spool",
            "artifacts.maxSpoolBytes",
            "artifacts.minFreeBytes",
            "artifacts.maxUploads",
            "artifacts.maxInterrupted",
            "artifacts.maxBlobBytes",
            "artifacts.maxReaders",
            "artifacts.maxChecks",
            "artifacts.ioThreads",
            "artifacts.maxWaiting",
            "artifacts.s3ConnectMs",
            "artifacts.s3StallMs",
            "artifacts.s3DeadlineMs",
            "artifacts.transferDeadlineMs",
            "artifacts.rememberedBytes",
            "artifacts.rememberedMs");

    /** @param defaultSpool below a directory of the user's own, since others can foresee its name */
    public static ArtifactSettings from(Settings settings, Path defaultSpool) {
        String keyFile = settings.text("artifacts.secretKeyFile", "");
        if (keyFile.isEmpty()) {
            throw new ConfigException(
                    "'artifacts.secretKeyFile' is missing; accepted: a file whose last line is the S3 secret key");
        }
        return from(settings, defaultSpool, lastLine(Path.of(keyFile)));
    }

    /** With the S3 secret key at hand. */
    public static ArtifactSettings from(Settings settings, Path defaultSpool, String secretKey) {
        return new ArtifactSettings(
                HttpSettings.from(settings, "artifacts", HttpLimits.FOR_UPLOADS),
                settings.text("artifacts.s3Endpoint", "http://127.0.0.1:9000"),
                settings.text("artifacts.s3Region", "us-east-1"),
                settings.text("artifacts.bucket", "millrace"),
                settings.text("artifacts.accessKey", "millrace"),
                secretKey,
                Path.of(settings.text("artifacts.spool", defaultSpool.toString())),
                settings.number("artifacts.maxSpoolBytes", 16L << 30, 1 << 20, 1L << 50),
                settings.number("artifacts.minFreeBytes", 512L << 20, 0, 1L << 50),
                settings.integer("artifacts.maxUploads", 256, 1, 100_000),
                settings.integer("artifacts.maxInterrupted", 1_024, 1, 100_000),
                settings.number("artifacts.maxBlobBytes", 4L << 30, 1, 5L << 30),
                settings.integer("artifacts.maxReaders", 128, 1, 100_000),
                settings.integer("artifacts.maxChecks", 32, 1, 100_000),
                settings.integer("artifacts.ioThreads", 16, 1, 256),
                settings.integer("artifacts.maxWaiting", 512, 1, 100_000),
                settings.integer("artifacts.s3ConnectMs", 5_000, 100, 60_000),
                settings.integer("artifacts.s3StallMs", 30_000, 100, 600_000),
                settings.integer("artifacts.s3DeadlineMs", 20_000, 100, 600_000),
                settings.integer("artifacts.transferDeadlineMs", 3_600_000, 1_000, 86_400_000),
                settings.number("artifacts.rememberedBytes", 32L << 20, 0, 1L << 40),
                settings.integer("artifacts.rememberedMs", 60_000, 0, 86_400_000));
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
