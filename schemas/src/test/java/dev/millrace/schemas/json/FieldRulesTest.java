package dev.millrace.schemas.json;

import static org.assertj.core.api.Assertions.assertThatNoException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.schemas.codec.EventCodec;
import dev.millrace.schemas.codec.MalformedEventException;
import dev.millrace.schemas.event.EventType;
import dev.millrace.schemas.event.JobCancelRequested;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FieldRulesTest {
    private static final String JOB = "j0123456789abcdef0123";

    private static void decode(String jobId, String pool) throws MalformedEventException {
        var event = new JobCancelRequested(jobId, pool, "somebody", "");
        EventCodec.readData(EventType.of(event), EventCodec.toJson(event));
    }

    @Test
    void takesProperNames() {
        assertThatNoException().isThrownBy(() -> decode(JOB, "default"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"build-17", "", "j0123456789ABCDEF0123", JOB + "/x", JOB + "\n", JOB + ".1"})
    void refusesWhatIsNoJobId(String jobId) {
        assertThatThrownBy(() -> decode(jobId, "default"))
                .isInstanceOf(MalformedEventException.class)
                .hasMessageContaining("'jobId' is no job id");
    }

    @ParameterizedTest
    @ValueSource(strings = {"x/job", "", "#aside", "Default", "a-", "p\u0000"})
    void refusesWhatIsNoPoolName(String pool) {
        assertThatThrownBy(() -> decode(JOB, pool))
                .isInstanceOf(MalformedEventException.class)
                .hasMessageContaining("'pool' is no pool name");
    }

    @Test
    void refusesATaskIdWithLeadingZeros() {
        // Otherwise "01" and "1" would be two keys for the same task.
        String json = "{\"taskId\":\"" + JOB + ".01\",\"jobId\":\"" + JOB + "\",\"pool\":\"default\",\"attempt\":1,"
                + "\"epoch\":{\"generation\":1,\"sequence\":1},\"executorId\":\"e\",\"incarnation\":\"i\",\"reason\":\"r\"}";

        assertThatThrownBy(() -> EventCodec.readData(
                        EventType.named("dev.millrace.attempt.returned.v1").orElseThrow(),
                        json.getBytes(StandardCharsets.UTF_8)))
                .isInstanceOf(MalformedEventException.class)
                .hasMessageContaining("'taskId' is no task id");
    }
}
