package dev.millrace.platform.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.platform.http.Health.Finding;
import dev.millrace.platform.http.Health.Status;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import org.junit.jupiter.api.Test;

class HealthTest {
    private final Health health = new Health(new PrometheusMeterRegistry(PrometheusConfig.DEFAULT));

    @Test
    void isReadyAndDegradedWithoutWhatItMerelyWants() {
        health.require("kafka", () -> (String) null);
        health.want("cassandra", () -> "no node answers");

        assertThat(health.ready()).isTrue();
        assertThat(Health.overall(health.findings())).isEqualTo(Status.DEGRADED);
        assertThat(health.findings()).containsEntry("cassandra", new Finding(Status.DEGRADED, "no node answers"));
    }

    @Test
    void isNotReadyWithoutWhatItRequires() {
        health.require("kafka", () -> "Kafka has not answered for 9 s");
        health.want("cassandra", () -> null);

        assertThat(health.ready()).isFalse();
        assertThat(health.findings())
                .containsEntry("kafka", new Finding(Status.DOWN, "Kafka has not answered for 9 s"));
    }

    @Test
    void aCheckThatFailsItselfCountsAsDown() {
        health.want("cassandra", () -> {
            throw new IllegalStateException("broken");
        });

        assertThat(health.ready()).isFalse();
    }
}
