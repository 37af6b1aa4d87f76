package dev.millrace.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.scheduler.decide.AttemptRules;
import dev.millrace.scheduler.model.CoreConfig;
import dev.millrace.schemas.Ids;
import dev.millrace.schemas.event.AttemptReturned;
import dev.millrace.schemas.event.Outcome;
import dev.millrace.schemas.event.RetryBudget;
import dev.millrace.schemas.event.RetryScheduled;
import dev.millrace.schemas.event.TaskCompleted;
import dev.millrace.schemas.event.TaskDispatched;
import dev.millrace.schemas.event.Verdict;
import org.junit.jupiter.api.Test;

/** Tests attempts that their executor gives back before they are finished. */
class GivenBackTest {
    private static final int MOST = AttemptRules.MAX_FREE_ATTEMPTS;

    private final Harness pool = new Harness();
    private final String task = Ids.taskId(Fixtures.job(1), 0);

    private void giveBack() {
        TaskDispatched it = pool.dispatchOf(task).orElseThrow();
        pool.give(new AttemptReturned(
                it.taskId(),
                it.jobId(),
                it.pool(),
                it.attempt(),
                it.epoch(),
                it.executorId(),
                it.incarnation(),
                "stopping"));
    }

    @Test
    void inTaskThatIsGivenBackForEverShouldGetItsVerdict() {
        pool.give(Fixtures.online("e1", "i1", 1));
        pool.give(Fixtures.wholeJob(Fixtures.job(1), 0, 5_000));

        for (int i = 1; i < MOST; i++) {
            giveBack();
        }
        assertThat(pool.all(RetryScheduled.class))
                .hasSize(MOST - 1)
                .allMatch(it -> it.budget() == RetryBudget.FREE && it.outcome() == Outcome.RETURNED);

        for (int i = 0; i <= CoreConfig.DEFAULTS.infrastructureRetries(); i++) {
            giveBack();
        }
        assertThat(pool.all(TaskCompleted.class))
                .singleElement()
                .matches(it -> it.verdict() == Verdict.INFRASTRUCTURE && it.outcome() == Outcome.RETURNED);
    }
}
