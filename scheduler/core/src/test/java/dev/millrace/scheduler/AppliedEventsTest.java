package dev.millrace.scheduler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.scheduler.model.CoreConfig;
import dev.millrace.scheduler.model.Now;
import dev.millrace.scheduler.state.IllegalTransitionException;
import dev.millrace.scheduler.state.PoolState;
import dev.millrace.schemas.event.Decision;
import dev.millrace.schemas.event.DomainReleaseRequested;
import dev.millrace.schemas.event.Event;
import dev.millrace.schemas.event.ExecutorStandingRequested;
import dev.millrace.schemas.event.GenerationStarted;
import dev.millrace.schemas.event.JobCancelRequested;
import dev.millrace.schemas.event.JobCounts;
import dev.millrace.schemas.event.JobPlanned;
import dev.millrace.schemas.event.JobProgress;
import dev.millrace.schemas.event.JobRejected;
import dev.millrace.schemas.event.JobRetryPlanned;
import dev.millrace.schemas.event.JobRetryRequested;
import dev.millrace.schemas.event.JobSubmitted;
import dev.millrace.schemas.event.OutputChunk;
import dev.millrace.schemas.event.OwnerQuotaRequested;
import dev.millrace.schemas.event.PoolSettingsRequested;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class AppliedEventsTest {
    /** The events that do not change the state: requests and messages. Only the decisions about them change it. */
    private static final Set<Class<? extends Event>> NOT_APPLIED = Set.of(
            GenerationStarted.class,
            OutputChunk.class,
            JobSubmitted.class,
            JobPlanned.class,
            JobRejected.class,
            JobRetryPlanned.class,
            JobRetryRequested.class,
            JobCancelRequested.class,
            PoolSettingsRequested.class,
            OwnerQuotaRequested.class,
            ExecutorStandingRequested.class,
            DomainReleaseRequested.class);

    private final PoolState state = new PoolState(Fixtures.POOL, CoreConfig.DEFAULTS);

    @Test
    void inTransitionsShouldBeEachKindOfEventOnce() {
        var known = new HashSet<>(state.appliedEvents());
        known.addAll(NOT_APPLIED);

        assertThat(known)
                .containsExactlyInAnyOrderElementsOf(
                        leaves(Event.class).distinct().toList());
        assertThat(state.appliedEvents()).doesNotContainAnyElementsOf(NOT_APPLIED);
        assertThat(state.appliedEvents()).containsAll(leaves(Decision.class).toList());
    }

    @SuppressWarnings("unchecked")
    private static Stream<Class<? extends Event>> leaves(Class<? extends Event> type) {
        return type.isSealed()
                ? Stream.of(type.getPermittedSubclasses()).flatMap(it -> leaves((Class<? extends Event>) it))
                : Stream.of(type);
    }

    @Test
    void inEventThatIsNotAllowedInThePresentStateShouldNameBothAndChangeNothing() {
        var progress = new JobProgress("j0000000000000000000", Fixtures.POOL, 7, JobCounts.NONE, null);

        assertThatThrownBy(() -> state.apply(progress, new Now(1, 1)))
                .isInstanceOf(IllegalTransitionException.class)
                .hasMessage("JobProgress of j0000000000000000000 in state none");
        assertThat(state.sequence()).isZero();
    }
}
