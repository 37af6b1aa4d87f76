package dev.millrace.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.scheduler.state.quarantine.ExecutorQuarantine;
import dev.millrace.schemas.event.Standing;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * Tests which failures may take an executor out of service. An owner can make its tests fail on any executor, so one owner's failures alone
 * must not take executors from other owners.
 */
class OneOwnersWordTest {
    private static final Set<String> HALF = Set.of("e0", "e1");

    @Test
    void inOneOwnersTasksShouldNotCondemnWhatOthersUse() {
        for (long seed = 1; seed <= 20; seed++) {
            var pool = new FailingSomewhere(seed);
            pool.job(1, "honest", 200, Set.of());
            pool.job(2, "accuser", 60, HALF);

            pool.runAll();

            assertThat(pool.anyMarked()).as("seed %d", seed).isFalse();
        }
    }

    @Test
    void inTasksOfTwoOwnersShouldFindTheSickOne() {
        for (long seed = 1; seed <= 20; seed++) {
            var pool = new FailingSomewhere(seed);
            pool.job(1, "ann", 100, Set.of("e0"));
            pool.job(2, "bob", 100, Set.of("e0"));

            pool.runAll();

            assertThat(pool.standings("e0")).as("seed %d", seed).containsExactly(Standing.SUSPECT);
        }
    }

    @Test
    void inOwnerThatIsAloneShouldJudgeForItselfUntilSomebodyElseHasWork() {
        var pool = new FailingSomewhere(1);
        pool.job(1, "accuser", 60, HALF);
        pool.runAll();
        assertThat(pool.standings("e0").size() + pool.standings("e1").size()).isPositive();

        pool.job(2, "honest", 1, Set.of());

        HALF.forEach(it -> assertThat(pool.standings(it))
                .satisfiesAnyOf(
                        standings -> assertThat(standings).isEmpty(),
                        standings -> assertThat(standings).last().isEqualTo(Standing.ACTIVE)));
    }

    @Test
    void inSuspectShouldBeTriedAgainLaterEachTimeItIsFoundSick() {
        var pool = new FailingSomewhere(1);
        sickForBoth(pool, 1);
        assertThat(pool.standings("e0")).containsExactly(Standing.SUSPECT);

        pool.pass(ExecutorQuarantine.FIRST_SUSPICION_MS - 100_000);
        assertThat(pool.standings("e0")).hasSize(1);
        pool.pass(110_000);
        assertThat(pool.standings("e0")).containsExactly(Standing.SUSPECT, Standing.ACTIVE);

        sickForBoth(pool, 3);
        assertThat(pool.standings("e0")).hasSize(3).endsWith(Standing.SUSPECT);
        pool.pass(ExecutorQuarantine.FIRST_SUSPICION_MS + 10_000);
        assertThat(pool.standings("e0")).as("before twice that time").hasSize(3);
        pool.pass(ExecutorQuarantine.FIRST_SUSPICION_MS);
        assertThat(pool.standings("e0")).hasSize(4).endsWith(Standing.ACTIVE);
    }

    private static void sickForBoth(FailingSomewhere pool, int job) {
        pool.job(job, "ann", 60, Set.of("e0"));
        pool.job(job + 1, "bob", 60, Set.of("e0"));
        pool.runAll();
    }
}
