package dev.millrace.dist;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.cli.CliException;
import dev.millrace.cli.ExitCode;
import dev.millrace.cli.StackProcess;
import dev.millrace.cli.StateDirectory;
import dev.millrace.platform.cassandra.CassandraSettings;
import dev.millrace.platform.config.Settings;
import dev.millrace.platform.kafka.KafkaSettings;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The servers that an offline command reads from: those of the stack that runs here, with its credentials, or others that the user names.
 * For the others {@code MILLRACE_KAFKA_USER}, {@code MILLRACE_KAFKA_PASSWORD_FILE} and the corresponding variables for Cassandra set the
 * credentials.
 */
record RunningServers(StateDirectory state, Map<String, String> environment) {
    private static final String PLATFORM = "millrace";

    /** The description of the stack that runs here. */
    Optional<JsonNode> stack() {
        return state.stack().filter(it -> StackProcess.of(it).isPresent());
    }

    /** Returns the settings with which a service joins the stack that runs here; empty if no stack runs here. */
    Map<String, String> settings() {
        return stack().map(RunningServers::settingsOf).orElse(Map.of());
    }

    private static Map<String, String> settingsOf(JsonNode stack) {
        var settings = new TreeMap<String, String>();
        settings.put("kafka.bootstrap", stack.path("kafka").asText());
        settings.put("kafka.user", PLATFORM);
        settings.put("kafka.passwordFile", secret(stack, "kafka"));
        settings.put("kafka.replication", "1");
        settings.put("kafka.keepForever", "true");
        settings.put("cassandra.contactPoint", stack.path("cassandra").asText());
        settings.put("cassandra.user", PLATFORM);
        settings.put("cassandra.passwordFile", secret(stack, "cassandra"));
        settings.put("cassandra.replication", "1");
        settings.put("cassandra.keepDays", "0");
        for (String service : List.of("gateway", "scheduler", "executor")) {
            settings.put(
                    service + ".artifactService", stack.path("artifactService").asText());
        }
        return settings;
    }

    /** @param bootstrap the address of the Kafka servers; null for those of the stack that runs here */
    KafkaSettings kafka(@Nullable String bootstrap) {
        return KafkaSettings.from(
                bootstrap == null ? Settings.of(settingsOf(required())) : named("kafka.bootstrap", bootstrap));
    }

    /** @param contactPoint the address of a Cassandra server; null for that of the stack that runs here */
    CassandraSettings cassandra(@Nullable String contactPoint) {
        return CassandraSettings.from(
                contactPoint == null
                        ? Settings.of(settingsOf(required()))
                        : named("cassandra.contactPoint", contactPoint));
    }

    URI artifactService() {
        return URI.create(required().path("artifactService").asText());
    }

    private static String secret(JsonNode stack, String name) {
        return Path.of(stack.path("secrets").asText(), name).toString();
    }

    /** Returns the settings for a server that the user names, with the login from the environment. */
    private Settings named(String key, String value) {
        var relevant = new TreeMap<String, String>();
        environment.forEach((name, of) -> {
            if (name.startsWith("MILLRACE_KAFKA_") || name.startsWith("MILLRACE_CASSANDRA_")) {
                relevant.put(name, of);
            }
        });
        Settings settings = Settings.load(null, relevant, Map.of(key, value), ServiceSettings.KNOWN);
        // These commands create only scratch tables.
        settings.putDefaults(Map.of("cassandra.replication", "1", "cassandra.keepDays", "0"), "what is usual");
        return settings;
    }

    /** @throws CliException if no stack runs here */
    JsonNode required() {
        return stack().orElseThrow(() -> new CliException(
                ExitCode.UNREACHABLE,
                "no stack runs here; start one with 'millrace up', or name the servers with --kafka and its like"));
    }
}
