package dev.millrace.scheduler.service.projector;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.schemas.event.Decision;
import dev.millrace.schemas.event.ExecutorReserved;
import dev.millrace.schemas.event.JobIncomplete;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class DecisionWritersTest {
    /** The kinds of decisions that appear only in the log of decisions. */
    private static final Set<Class<?>> NOT_SHOWN = Set.of(JobIncomplete.class, ExecutorReserved.class);

    @Test
    void inEveryKindOfDecisionShouldHaveWritesOrBeKnownToHaveNone() {
        Set<Class<?>> known = new HashSet<>(new DecisionWriters().kinds());

        assertThat(known).doesNotContainAnyElementsOf(NOT_SHOWN);
        known.addAll(NOT_SHOWN);
        assertThat(known).containsExactlyInAnyOrder(Decision.class.getPermittedSubclasses());
    }
}
