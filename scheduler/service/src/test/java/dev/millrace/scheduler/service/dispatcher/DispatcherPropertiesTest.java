package dev.millrace.scheduler.service.dispatcher;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.platform.config.Login;
import dev.millrace.platform.config.Settings;
import dev.millrace.platform.kafka.KafkaSettings;
import dev.millrace.scheduler.service.settings.SchedulerSettings;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.streams.StreamsConfig;
import org.junit.jupiter.api.Test;

class DispatcherPropertiesTest {
    /** Kafka ignores a property that it does not know, for example one that an earlier version had. */
    @Test
    void inNewerVersionOfKafkaShouldStillKnowEveryProperty() {
        Set<String> known = new HashSet<>(StreamsConfig.configDef().names());
        ConsumerConfig.configNames().forEach(name -> known.add(StreamsConfig.consumerPrefix(name)));
        ProducerConfig.configNames().forEach(name -> known.add(StreamsConfig.producerPrefix(name)));
        // Streams passes these on to its clients.
        known.addAll(ConsumerConfig.configNames());

        var properties = Dispatcher.properties(
                SchedulerSettings.from(Settings.of(Map.of()), Path.of("state")),
                KafkaSettings.embedded("127.0.0.1:1", new Login("millrace", "secret")));

        assertThat(properties.keySet()).hasSizeGreaterThan(15).allMatch(known::contains);
    }
}
