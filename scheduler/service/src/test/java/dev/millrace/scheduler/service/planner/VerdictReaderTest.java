package dev.millrace.scheduler.service.planner;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.scheduler.service.planner.VerdictReader.Ended;
import java.util.List;
import org.junit.jupiter.api.Test;

class VerdictReaderTest {
    @Test
    void countsATaskThatNeverReachedTheSchedulerAsNotPassedAndNeverTried() {
        assertThat(VerdictReader.everyTask(List.of(new Ended(2, 3, 0, false), new Ended(0, 1, 0, true)), 4))
                .containsExactly(
                        new Ended(0, 1, 0, true),
                        new Ended(1, 0, -1, false),
                        new Ended(2, 3, 0, false),
                        new Ended(3, 0, -1, false));
    }
}
