package dev.millrace.scheduler.service.projector;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class InsertsTest {
    @Test
    void inTextWithHalfASurrogatePairShouldReplaceIt() {
        assertThat(Inserts.encodable("cut \ud83d")).isEqualTo("cut ?");
    }

    @Test
    void inAnyOtherValueShouldLeaveItAsItIs() {
        List<String> list = List.of("a");

        assertThat(Inserts.encodable("whole \ud83d\ude00")).isEqualTo("whole \ud83d\ude00");
        assertThat(Inserts.encodable(list)).isSameAs(list);
        assertThat(Inserts.encodable(null)).isNull();
    }
}
