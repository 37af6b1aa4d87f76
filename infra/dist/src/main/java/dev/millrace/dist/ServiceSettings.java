package dev.millrace.dist;

import dev.millrace.artifact.ArtifactSettings;
import dev.millrace.executor.ExecutorSettings;
import dev.millrace.gateway.settings.GatewaySettings;
import dev.millrace.platform.cassandra.CassandraSettings;
import dev.millrace.platform.config.Settings;
import dev.millrace.platform.http.ClientDeadlines;
import dev.millrace.platform.kafka.KafkaSettings;
import dev.millrace.scheduler.service.settings.SchedulerSettings;
import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/** Every setting there is. */
final class ServiceSettings {
    static final Set<String> KNOWN = Stream.of(
                    KafkaSettings.KEYS,
                    CassandraSettings.KEYS,
                    ArtifactSettings.KEYS,
                    SchedulerSettings.KEYS,
                    GatewaySettings.KEYS,
                    ClientDeadlines.KEYS,
                    ExecutorSettings.KEYS,
                    // The gateway's is in its own record.
                    Set.of("scheduler.artifactService", "executor.artifactService"))
            .flatMap(Collection::stream)
            .collect(java.util.stream.Collectors.toCollection(TreeSet::new));

    private ServiceSettings() {}

    static void refuseUnknown(Map<String, String> flags) {
        Settings.of(flags).refuseUnknown(KNOWN);
    }
}
