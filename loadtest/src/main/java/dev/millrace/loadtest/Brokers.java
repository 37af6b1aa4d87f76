package dev.millrace.loadtest;

import dev.millrace.platform.config.Settings;
import dev.millrace.platform.config.SettingsSection;
import dev.millrace.platform.kafka.KafkaSettings;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The broker of the stack that is measured, with the login that {@code MILLRACE_KAFKA_*} names. */
final class Brokers {
    private Brokers() {}

    /** Settings of a consumer of what was committed. */
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
