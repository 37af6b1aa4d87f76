package dev.millrace.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.schemas.Ids;
import dev.millrace.schemas.blob.Digest;
import dev.millrace.schemas.event.AttemptFinished;
import dev.millrace.schemas.event.AttemptResult;
import dev.millrace.schemas.event.Outcome;
import dev.millrace.schemas.event.TaskDispatched;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Tests from which earlier attempt a retry gets test case results. With these results it runs only the failed test cases again. */
class RetryOfCasesTest {
    private static final Digest FIRST = Digest.of("first".getBytes(StandardCharsets.UTF_8));
    private static final Digest SECOND = Digest.of("second".getBytes(StandardCharsets.UTF_8));

    private final Harness pool = new Harness();
    private final String task = Ids.taskId(Fixtures.job(1), 0);

    @BeforeEach
    void inJobWithTwoRetries() {
        pool.give(Fixtures.online("e1", "i1", 1));
        pool.give(Fixtures.wholeJob(Fixtures.job(1), 2, 5_000));
    }

    private TaskDispatched dispatch() {
        return pool.dispatchOf(task).orElseThrow();
    }

    private void end(Outcome outcome, Digest cases, @Nullable Long leftOut) {
        AttemptFinished plain = Fixtures.finished(dispatch(), outcome);
        AttemptResult it = plain.result();
        pool.give(new AttemptFinished(
                plain.taskId(),
                plain.jobId(),
                plain.pool(),
                plain.attempt(),
                plain.epoch(),
                plain.executorId(),
                plain.incarnation(),
                new AttemptResult(
                        outcome,
                        it.exitCode(),
                        null,
                        null,
                        0,
                        10,
                        it.stdout(),
                        it.stderr(),
                        null,
                        null,
                        cases,
                        it.counts(),
                        it.units(),
                        null,
                        leftOut,
                        0,
                        null)));
    }

    @Test
    void inFailureWithAllItsResultsShouldNameThemToTheNextAttempt() {
        end(Outcome.FAILED, FIRST, null);

        assertThat(dispatch().attempt()).isEqualTo(2);
        assertThat(dispatch().retryOf()).isEqualTo(FIRST);
    }

    @Test
    void inResultsOfWhichSomeWereNotKeptShouldRunEverythingAgain() {
        end(Outcome.FAILED, FIRST, 1L);

        assertThat(dispatch().attempt()).isEqualTo(2);
        assertThat(dispatch().retryOf()).isNull();
    }

    @Test
    void inSecondFailureWithoutAllResultsShouldStayWithTheFirst() {
        end(Outcome.FAILED, FIRST, null);
        end(Outcome.FAILED, SECOND, 3L);

        assertThat(dispatch().attempt()).isEqualTo(3);
        assertThat(dispatch().retryOf()).isEqualTo(FIRST);
    }

    @Test
    void inExecutorInDoubtShouldRunEverythingAgain() {
        end(Outcome.EXECUTOR_FAILED, FIRST, null);

        assertThat(dispatch().attempt()).isEqualTo(2);
        assertThat(dispatch().retryOf()).isNull();
    }
}
