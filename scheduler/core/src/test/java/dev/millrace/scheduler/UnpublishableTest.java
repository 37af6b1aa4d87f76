package dev.millrace.scheduler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.scheduler.model.CoreConfig;
import dev.millrace.scheduler.model.Now;
import dev.millrace.scheduler.model.TaskState;
import dev.millrace.scheduler.state.PoolState;
import dev.millrace.schemas.Ids;
import dev.millrace.schemas.event.Event;
import dev.millrace.schemas.event.JobAdmitted;
import dev.millrace.schemas.event.JobCancelling;
import dev.millrace.schemas.event.Needs;
import dev.millrace.schemas.event.TaskCompleted;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * Tests that a decision that cannot be published, for example because it is too large, is not made, and that all other decisions are still
 * made.
 */
class UnpublishableTest {
    private final List<String> failures = new ArrayList<>();
    private final Harness pool = new Harness();
    private final String large = Fixtures.job(1);
    private final String other = Fixtures.job(2);
    private final Set<String> refused = new HashSet<>(Set.of(large));

    UnpublishableTest() {
        pool.scheduler = new PoolScheduler(
                new PoolState(Fixtures.POOL, CoreConfig.DEFAULTS), (step, cause) -> failures.add(step), this::prepare);
    }

    private void prepare(Event event, Now now) {
        boolean tooLarge = (event instanceof TaskCompleted it && refused.contains(it.jobId()))
                || (event instanceof JobAdmitted job && job.jobId().equals(Fixtures.job(9)));
        if (tooLarge) {
            throw new IllegalArgumentException("too large");
        }
    }

    private void queue(String jobId, String label) {
        pool.give(Fixtures.submitted(jobId), Fixtures.planned(jobId, 1));
        pool.give(Fixtures.queued(jobId, 0, 1_000, new Needs(0, 0, Map.of("host", label))));
    }

    @Test
    void inTickShouldLeaveOutTheStepAlone() {
        queue(large, "gone");
        queue(other, "gone as well");
        pool.tickAfter(0);

        List<Event> atTick = pool.tickAfter(CoreConfig.DEFAULTS.expireAfterMs() + 1);

        assertThat(atTick).filteredOn(TaskCompleted.class::isInstance).hasSize(1);
        assertThat(failures)
                .singleElement()
                .asString()
                .startsWith("expire tasks that need ")
                .contains("gone");
        assertThat(pool.state().task(Ids.taskId(large, 0))).isInstanceOf(TaskState.Waiting.class);
        assertThat(pool.state().task(Ids.taskId(other, 0))).isNull();
    }

    @Test
    void inFollowUpShouldNotBlameItsInput() {
        queue(large, "gone");

        List<Event> answer = pool.give(Fixtures.cancel(large));

        assertThat(answer).singleElement().isInstanceOf(JobCancelling.class);
        assertThat(failures).containsExactly("go on with job " + large);
        assertThat(pool.state().task(Ids.taskId(large, 0))).isNotNull();
    }

    @Test
    void inFollowUpShouldBeTriedAgainWithTheNextInput() {
        queue(large, "gone");
        pool.give(Fixtures.cancel(large));
        refused.clear();

        pool.give(Fixtures.submitted(other));

        assertThat(pool.state().task(Ids.taskId(large, 0))).isNull();
    }

    @Test
    void inInputItselfShouldChangeNothing() {
        assertThatThrownBy(() -> pool.give(Fixtures.submitted(Fixtures.job(9)))).hasMessage("too large");

        assertThat(pool.state().job(Fixtures.job(9))).isNull();
        assertThat(pool.state().sequence()).isZero();
    }
}
