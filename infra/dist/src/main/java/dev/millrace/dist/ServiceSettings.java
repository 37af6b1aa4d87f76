package dev.millrace.dist;

import dev.millrace.artifact.ArtifactSettings;
import dev.millrace.executor.settings.ExecutorSettings;
import dev.millrace.gateway.settings.GatewaySettings;
import dev.millrace.platform.cassandra.CassandraSettings;
import dev.millrace.platform.config.ConfigException;
import dev.millrace.platform.config.Settings;
import dev.millrace.platform.config.SettingsSection;
import dev.millrace.platform.http.ClientDeadlines;
import dev.millrace.platform.kafka.KafkaSettings;
import dev.millrace.scheduler.service.settings.SchedulerSettings;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/** All settings of all services. */
final class ServiceSettings {
    static final List<SettingsSection> SECTIONS = Stream.of(
                    List.of(
                            KafkaSettings.SECTION,
                            CassandraSettings.SECTION,
                            ArtifactSettings.SECTION,
                            GatewaySettings.SECTION,
                            ClientDeadlines.SECTION),
                    SchedulerSettings.SECTIONS,
                    ExecutorSettings.SECTIONS)
            .flatMap(Collection::stream)
            .toList();

    static final Set<String> KNOWN = SettingsSection.keys(SECTIONS);

    private ServiceSettings() {}

    /**
     * Settings that the embedded stack determines itself (with an empty value) or takes from an option of {@code up} (with this option as
     * the value).
     */
    private static final Map<String, String> OF_THE_STACK = ofTheStack();

    private static Map<String, String> ofTheStack() {
        var all = new TreeMap<String, String>();
        Stream.of(
                        SettingsSection.keys(List.of(KafkaSettings.SECTION, CassandraSettings.SECTION)),
                        Set.of(
                                "artifacts.s3Endpoint",
                                "artifacts.s3Region",
                                "artifacts.accessKey",
                                "artifacts.secretKeyFile",
                                "gateway.artifactService",
                                "scheduler.artifactService",
                                "executor.artifactService",
                                "executor.id"))
                .flatMap(Collection::stream)
                .forEach(key -> all.put(key, ""));
        all.put("gateway.port", "--port");
        all.put("executor.slots", "--slots");
        return all;
    }

    /** Refuses settings that would have no effect on an embedded stack. */
    static void refuseThoseOfTheStack(Map<String, String> flags) {
        for (String key : flags.keySet()) {
            String option = OF_THE_STACK.get(key);
            if (option != null) {
                throw new ConfigException(
                        option.isEmpty()
                                ? "'" + key
                                        + "' cannot be set here: the embedded stack makes it itself; it is for 'serve'"
                                : "'" + key + "' cannot be set here; use " + option);
            }
        }
    }

    static void refuseUnknown(Map<String, String> flags) {
        Settings.of(flags).refuseUnknown(KNOWN);
    }
}
