package dev.millrace.dist;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.cli.Screen;
import dev.millrace.cli.StackProcess;
import dev.millrace.platform.files.PrivateFiles;
import dev.millrace.schemas.json.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The file with the description of the running stack, by which commands find the stack. */
record StackFile(Path path) {

    /** @param temporary whether the stack stops with the {@code run} that started it */
    void write(EmbeddedPlatform platform, Path data, int executors, int slots, boolean temporary) {
        ObjectNode stack = Json.MAPPER.createObjectNode();
        ProcessHandle self = ProcessHandle.current();
        stack.put("pid", self.pid());
        stack.put("start", StackProcess.startOf(self.pid()).orElse(""));
        stack.put("gateway", platform.gateway().toString());
        stack.put("artifactService", platform.artifactService().toString());
        stack.put("kafka", platform.servers().kafkaBootstrap());
        stack.put("cassandra", platform.servers().cassandraContactPoint());
        stack.put("secrets", platform.servers().secrets().directory().toString());
        stack.put("s3", platform.servers().s3Endpoint());
        stack.put("data", data.toString());
        stack.put("temporary", temporary);
        stack.put("executors", executors);
        stack.put("slots", slots);
        ObjectNode health = stack.putObject("health");
        platform.health().forEach((service, address) -> health.put(service, address.toString()));
        platform.isolation().forEach(stack.putArray("isolation")::add);
        ObjectNode pids = stack.putObject("pids");
        pids.put("services", self.pid());
        platform.servers().pids().forEach(pids::put);
        platform.watchdogs().forEach((executor, pid) -> pids.put("watchdog-" + executor, pid));
        try {
            PrivateFiles.directory(path.resolveSibling("."));
            PrivateFiles.write(path, stack.toPrettyString());
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write " + path, e);
        }
    }

    /** Updates the description when a server is restarted, and tells the user about the restart. */
    void follow(EmbeddedPlatform platform, Screen screen) {
        platform.servers().onRestart(news -> {
            update(platform);
            screen.note(news);
        });
    }

    /** Writes the servers' new process IDs into the description, if the file still exists and describes this process. */
    private synchronized void update(EmbeddedPlatform platform) {
        try {
            JsonNode stack = Files.exists(path) ? Json.MAPPER.readTree(Files.readString(path)) : null;
            if (stack != null && isOurs(stack) && stack.path("pids") instanceof ObjectNode pids) {
                platform.servers().pids().forEach(pids::put);
                PrivateFiles.write(path, stack.toPrettyString());
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write " + path, e);
        }
    }

    private static boolean isOurs(JsonNode stack) {
        return stack.path("pid").asLong() == ProcessHandle.current().pid();
    }

    /** Deletes the description if it describes this process; keeps it if another process has replaced it since. */
    synchronized void delete() {
        try {
            if (Files.exists(path) && isOurs(Json.MAPPER.readTree(Files.readString(path)))) {
                Files.deleteIfExists(path);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot remove " + path, e);
        }
    }
}
