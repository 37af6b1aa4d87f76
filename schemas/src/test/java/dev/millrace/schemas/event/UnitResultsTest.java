package dev.millrace.schemas.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.schemas.codec.EventCodec;
import dev.millrace.schemas.json.MalformedJsonException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class UnitResultsTest {
    private static List<UnitResult> units(int count, int nameLength) {
        return IntStream.range(0, count)
                .mapToObj(i -> new UnitResult("u".repeat(nameLength) + i, 5, true, CaseCounts.NONE))
                .toList();
    }

    @Test
    void inFewUnitsShouldTravelInTheEvent() {
        List<UnitResult> units = units(3, 20);

        assertThat(UnitResults.of(units).inline()).isEqualTo(units);
        assertThat(UnitResults.of(units).blob()).isEmpty();
    }

    @Test
    void inManyUnitsWithLongNamesShouldTravelInABlobThatReadsAsTheyWere() throws Exception {
        List<UnitResult> units = units(500, 1_000);

        UnitResults results = UnitResults.of(units);

        assertThat(results.inline()).isEmpty();
        assertThat(UnitResults.read(results.blob().orElseThrow())).isEqualTo(units);
    }

    @Test
    void inABlobWhoseUnitsLackAFieldShouldBeRefused() {
        byte[] blob = "{\"name\":\"u\",\"durationMs\":1,\"finished\":true}\n".getBytes(StandardCharsets.UTF_8);

        assertThatThrownBy(() -> UnitResults.read(blob))
                .isInstanceOf(MalformedJsonException.class)
                .hasMessageContaining("counts");
    }

    @Test
    void inAsMuchAsAnEventTakesShouldStayWellBelowItsLimit() {
        assertThat(2 * UnitResults.MAX_INLINE_BYTES).isLessThan(EventCodec.MAX_EVENT_BYTES / 2);
    }

    @Test
    void inHeartbeatOfAsManyAttemptsAsAnExecutorMayHoldShouldFitIntoAnEvent() {
        // executor.slots and executor.maxWaiting are at most 1,000 each.
        List<AttemptKey> attempts = IntStream.range(0, 2_000)
                .mapToObj(i -> new AttemptKey(
                        "j0123456789abcdef0123." + (98_000 + i),
                        1_000_000,
                        new Epoch(1_000_000_000_000L, 1_000_000_000_000L + i)))
                .toList();
        String longest = "x".repeat(100);

        var heartbeat = new ExecutorHeartbeat(
                longest, longest, longest, attempts.size(), ExecutorHeartbeat.hashOf(attempts), attempts);

        assertThat(EventCodec.toJson(heartbeat)).hasSizeLessThan(EventCodec.MAX_EVENT_BYTES);
    }
}
