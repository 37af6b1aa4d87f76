package dev.millrace.platform.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.platform.config.Login;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.junit.jupiter.api.Test;

class KafkaSettingsTest {
    private final KafkaSettings settings = KafkaSettings.embedded("127.0.0.1:1", new Login("millrace", "secret"));

    /** Kafka ignores a property that it does not know, for example one that an earlier version had. */
    @Test
    void inNewerVersionOfKafkaShouldStillKnowEveryProperty() {
        assertThat(settings.producer("it").keySet()).isSubsetOf(ProducerConfig.configNames());
        assertThat(settings.groupConsumer("it", "group").keySet()).isSubsetOf(ConsumerConfig.configNames());
        assertThat(settings.admin("it").keySet()).isSubsetOf(AdminClientConfig.configNames());
    }
}
