package dev.millrace.gateway;

import dev.millrace.platform.config.Settings;
import dev.millrace.platform.http.HttpSettings;
import java.net.URI;
import java.util.Set;

/**
 * The gateway's settings.
 *
 * @param artifactService where clients upload inputs, and where bytes are read from
 * @param maxBodyBytes larger requests are refused
 * @param maxStreamBacklog frames a slow watcher may lag behind before it is cut off, to resume by cursor
 * @param streamThreads watchers catching up and logs being read at once
 * @param owner on whose behalf jobs are submitted until there are accounts
 */
public record GatewaySettings(
        HttpSettings http,
        URI artifactService,
        long maxBodyBytes,
        int maxStreamBacklog,
        int streamThreads,
        String owner) {
    public static final Set<String> KEYS = Set.of(
            "gateway.host",
            "gateway.port",
            "gateway.artifactService",
            "gateway.maxBodyBytes",
            "gateway.maxStreamBacklog",
            "gateway.streamThreads",
            "gateway.owner");

    public static GatewaySettings from(Settings settings, String defaultArtifactService) {
        return new GatewaySettings(
                new HttpSettings(
                        settings.text("gateway.host", "127.0.0.1"), settings.integer("gateway.port", 0, 0, 65535)),
                URI.create(settings.text("gateway.artifactService", defaultArtifactService)),
                settings.number("gateway.maxBodyBytes", 8L << 20, 1_024, 1L << 30),
                settings.integer("gateway.maxStreamBacklog", 10_000, 100, 1_000_000),
                settings.integer("gateway.streamThreads", 16, 1, 1_000),
                settings.text("gateway.owner", "local"));
    }
}
