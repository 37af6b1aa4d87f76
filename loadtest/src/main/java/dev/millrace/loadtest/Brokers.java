package dev.millrace.loadtest;

import dev.millrace.platform.config.Settings;
import dev.millrace.platform.config.SettingsSection;
import dev.millrace.platform.kafka.KafkaSettings;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Connection settings for the Kafka broker of the measured stack, with the credentials from the environment variables {@code
 * MILLRACE_KAFKA_*}.
 */
final class Brokers {
    private Brokers() {}

    /** Returns the settings of a consumer that reads only committed records. */
    static Map<String, Object> consumer(String bootstrap) {
        var environment = new HashMap<>(System.getenv());
        environment.keySet().removeIf(name -> !name.startsWith("MILLRACE_KAFKA_"));
        var settings = Settings.load(
                null,
                environment,
                Map.of(KafkaSettings.BOOTSTRAP.key(), bootstrap),
                SettingsSection.keys(List.of(KafkaSettings.SECTION)));
        Map<String, Object> config = new HashMap<>(KafkaSettings.from(settings).connection());
        config.put("isolation.level", "read_committed");
        return config;
    }
}
