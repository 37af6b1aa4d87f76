package dev.millrace.cli.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class ReadinessTest {
    private static Readiness of(int status, String body) {
        return Readiness.of(status, body.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void tellsWhatIsDownAndNotWhatIsOnlyDegraded() {
        Readiness found = of(
                503,
                "{\"status\":\"DOWN\",\"checks\":{\"kafka\":{\"status\":\"DOWN\",\"reason\":\"gone\"},"
                        + "\"cassandra\":{\"status\":\"DEGRADED\",\"reason\":\"slow\"},\"live-events\":{\"status\":\"UP\"}}}");

        assertThat(found.isReady()).isFalse();
        assertThat(found.trouble()).contains("kafka: gone");
    }

    @Test
    void isNoTroubleWhereAProxyLetsNobodyAsk() {
        assertThat(of(404, "not found").trouble()).isEmpty();
        assertThat(of(404, "not found").isReady()).isFalse();
        assertThat(of(200, "{}").trouble()).isEmpty();
        assertThat(of(200, "{}").isReady()).isTrue();
    }

    @Test
    void isATroubleWithoutReasonsToo() {
        assertThat(of(503, "<html>").trouble()).contains("it does not say why");
        assertThat(of(503, "{}").trouble()).contains("it does not say why");
    }
}
