package dev.millrace.scheduler;

import static dev.millrace.scheduler.Fixtures.finished;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.millrace.schemas.Ids;
import dev.millrace.schemas.event.Capacity;
import dev.millrace.schemas.event.DomainReleaseRequested;
import dev.millrace.schemas.event.Event;
import dev.millrace.schemas.event.ExecutorHeartbeat;
import dev.millrace.schemas.event.ExecutorOnline;
import dev.millrace.schemas.event.JobCompleted;
import dev.millrace.schemas.event.JobPlanned;
import dev.millrace.schemas.event.JobRetryPlanned;
import dev.millrace.schemas.event.JobStatus;
import dev.millrace.schemas.event.JobSubmitted;
import dev.millrace.schemas.event.Needs;
import dev.millrace.schemas.event.Outcome;
import dev.millrace.schemas.event.Priority;
import dev.millrace.schemas.event.RetryOf;
import dev.millrace.schemas.event.Role;
import dev.millrace.schemas.event.ScopeClosed;
import dev.millrace.schemas.event.ScopeDraining;
import dev.millrace.schemas.event.ScopeHoldWarned;
import dev.millrace.schemas.event.ScopeOpened;
import dev.millrace.schemas.event.ScopeQuarantined;
import dev.millrace.schemas.event.ScopeRules;
import dev.millrace.schemas.event.TaskCompleted;
import dev.millrace.schemas.event.TaskDispatched;
import dev.millrace.schemas.event.TaskQueued;
import dev.millrace.schemas.event.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Tests when the tasks of a scope run: the set-up first, then its tests, and the tear-down when nothing of them runs any more. */
class ScopesTest {
    private static final long HOLD_MS = 100_000;

    private final Harness pool = new Harness();
    private final String job = Fixtures.job(1);

    private static ScopeRules rules(String domain) {
        return new ScopeRules(domain, null, HOLD_MS, false, null);
    }

    private static TaskQueued queued(
            String jobId,
            int index,
            int retries,
            @Nullable String scope,
            @Nullable Role role,
            @Nullable ScopeRules rules) {
        TaskQueued plain = Fixtures.queued(jobId, index, 5_000, retries);
        return new TaskQueued(
                plain.taskId(),
                jobId,
                plain.pool(),
                index,
                plain.planDigest(),
                plain.name(),
                plain.historyKey(),
                plain.estimateMs(),
                null,
                "test",
                retries,
                true,
                null,
                null,
                null,
                scope,
                role,
                rules);
    }

    /** Returns the events of a job with {@code free} tests without a scope, and then for each scope as many tests as are given. */
    private static List<Event> scoped(
            String jobId, String owner, ScopeRules rules, int attempts, int free, int... tests) {
        int total = free;
        for (int its : tests) {
            total += its;
        }
        var events = new ArrayList<Event>();
        events.add(new JobSubmitted(
                jobId, Fixtures.POOL, owner, "name", "project", Priority.NORMAL, Fixtures.spec(jobId), 1_000));
        events.add(new JobPlanned(
                jobId,
                Fixtures.POOL,
                owner,
                "name",
                "project",
                Priority.NORMAL,
                Fixtures.spec(jobId),
                Fixtures.plan(jobId),
                total,
                1_000,
                null,
                null,
                tests.length));
        int index = 0;
        for (int i = 0; i < free; i++) {
            events.add(queued(jobId, index++, 0, null, null, null));
        }
        for (int scope = 0; scope < tests.length; scope++) {
            for (int i = 0; i < tests[scope]; i++) {
                events.add(queued(jobId, index++, 1, "s" + scope, null, null));
            }
        }
        for (int scope = 0; scope < tests.length; scope++) {
            events.add(queued(jobId, index++, attempts - 1, "s" + scope, Role.SETUP, rules));
            events.add(queued(jobId, index++, attempts - 1, "s" + scope, Role.TEARDOWN, null));
        }
        return events;
    }

    private TaskDispatched dispatch(String jobId, int index) {
        return pool.dispatchOf(Ids.taskId(jobId, index)).orElseThrow();
    }

    private boolean isDispatched(String jobId, int index) {
        return pool.dispatchOf(Ids.taskId(jobId, index)).isPresent();
    }

    private void end(int index, Outcome outcome) {
        pool.give(finished(dispatch(job, index), outcome));
    }

    @Test
    void inScopeShouldSetUpOnceRunItsTestsAtOnceAndTearDownAtTheEnd() {
        pool.give(Fixtures.online("e1", "i1", 8));
        pool.give(scoped(job, "owner", rules("db"), 1, 0, 5));
        assertThat(isDispatched(job, 0)).isFalse();
        assertThat(dispatch(job, 5).scope()).isNotNull();
        assertThat(isDispatched(job, 6)).as("tear-down").isFalse();

        end(5, Outcome.PASSED);

        for (int i = 0; i < 5; i++) {
            assertThat(isDispatched(job, i)).as("test " + i).isTrue();
        }
        for (int i = 0; i < 4; i++) {
            end(i, Outcome.PASSED);
        }
        assertThat(isDispatched(job, 6)).as("tear-down before the last test").isFalse();
        end(4, Outcome.PASSED);
        assertThat(pool.all(JobCompleted.class)).isEmpty();
        end(6, Outcome.PASSED);

        assertThat(pool.all(ScopeClosed.class)).singleElement().matches(it -> !it.again());
        assertThat(pool.all(JobCompleted.class)).singleElement().satisfies(it -> {
            assertThat(it.status()).isEqualTo(JobStatus.PASSED);
            assertThat(it.counts().total()).isEqualTo(5);
            assertThat(it.counts().passed()).isEqualTo(5);
        });
    }

    @Test
    void inTwoScopesOfOneDomainShouldRunOneAfterTheOtherAndLetUnscopedTasksPass() {
        pool.give(Fixtures.online("e1", "i1", 8));
        pool.give(scoped(job, "owner", rules("db"), 1, 2, 2, 2));
        assertThat(isDispatched(job, 0)).isTrue();
        assertThat(isDispatched(job, 1)).isTrue();
        assertThat(isDispatched(job, 6)).as("set-up of the first").isTrue();
        assertThat(isDispatched(job, 8)).as("set-up of the second").isFalse();

        end(6, Outcome.PASSED);
        end(2, Outcome.PASSED);
        end(3, Outcome.PASSED);
        assertThat(isDispatched(job, 8)).isFalse();
        end(7, Outcome.PASSED);

        assertThat(isDispatched(job, 8)).isTrue();
        assertThat(pool.all(ScopeOpened.class)).hasSize(2);
    }

    @Test
    void inSetupThatFailsShouldTearDownAndTryAnotherEpochAndThenFailEachTestWithoutAnAttempt() {
        pool.give(Fixtures.online("e1", "i1", 8));
        pool.give(scoped(job, "owner", rules("db"), 2, 0, 2));

        end(2, Outcome.FAILED);
        assertThat(isDispatched(job, 3)).as("tear-down of the first epoch").isTrue();
        end(3, Outcome.PASSED);
        assertThat(pool.all(ScopeOpened.class))
                .extracting(ScopeOpened::scopeEpoch)
                .containsExactly(1, 2);
        assertThat(dispatch(job, 2).attempt()).isEqualTo(2);
        end(2, Outcome.FAILED);
        assertThat(pool.all(JobCompleted.class)).isEmpty();
        assertThat(dispatch(job, 3).attempt())
                .as("tear-down of the second epoch")
                .isEqualTo(2);
        end(3, Outcome.PASSED);

        assertThat(pool.all(TaskCompleted.class))
                .filteredOn(it -> it.index() < 2)
                .hasSize(2)
                .allMatch(it -> it.outcome() == Outcome.SETUP_FAILED && it.attempts() == 0)
                .allMatch(it -> it.reason().contains("scope s0 could not be set up"));
        assertThat(pool.all(JobCompleted.class)).singleElement().matches(it -> it.status() == JobStatus.FAILED);
    }

    @Test
    void inTeardownThatFailsShouldQuarantineTheDomainUntilAnOperatorReleasesIt() {
        pool.give(Fixtures.online("e1", "i1", 8));
        pool.give(scoped(job, "owner", rules("db"), 1, 0, 1, 1));
        end(2, Outcome.PASSED);
        end(0, Outcome.PASSED);
        end(3, Outcome.FAILED);
        assertThat(pool.all(ScopeQuarantined.class)).hasSize(1);
        assertThat(isDispatched(job, 4)).isFalse();

        pool.give(new DomainReleaseRequested(Fixtures.POOL, "db", "op", "cleaned by hand"));

        assertThat(isDispatched(job, 4)).isTrue();
        end(4, Outcome.PASSED);
        end(1, Outcome.PASSED);
        end(5, Outcome.PASSED);
        assertThat(pool.all(JobCompleted.class)).singleElement().matches(it -> it.status() == JobStatus.PASSED);
    }

    @Test
    void inCancelledJobShouldStillTearDown() {
        pool.give(Fixtures.online("e1", "i1", 8));
        pool.give(scoped(job, "owner", rules("db"), 1, 0, 2));
        end(2, Outcome.PASSED);

        pool.give(Fixtures.cancel(job));

        assertThat(isDispatched(job, 3)).as("while the tests are being stopped").isFalse();
        assertThat(pool.all(JobCompleted.class)).isEmpty();
        end(0, Outcome.CANCELLED);
        end(1, Outcome.CANCELLED);
        assertThat(isDispatched(job, 3)).isTrue();
        end(3, Outcome.PASSED);
        assertThat(pool.all(JobCompleted.class)).singleElement().matches(it -> it.status() == JobStatus.CANCELLED);
    }

    @Test
    void inHoldThatIsTooLongShouldWarnThenDrainAndGoOnInAnotherEpoch() {
        pool.give(Fixtures.online("e1", "i1", 1));
        pool.give(scoped(job, "owner", rules("db"), 1, 0, 2));
        end(2, Outcome.PASSED);
        for (int i = 0; i < 95; i++) {
            pool.tickAfter(HOLD_MS / 100);
            pool.give(beat());
        }
        assertThat(pool.all(ScopeHoldWarned.class)).hasSize(1);
        for (int i = 0; i < 10; i++) {
            pool.tickAfter(HOLD_MS / 100);
            pool.give(beat());
        }
        assertThat(pool.all(ScopeDraining.class)).hasSize(1);
        int running = isDispatched(job, 0) ? 0 : 1;
        end(running, Outcome.PASSED);
        assertThat(isDispatched(job, 1 - running))
                .as("the other test waits for the next epoch")
                .isFalse();
        end(3, Outcome.PASSED);

        assertThat(pool.all(ScopeClosed.class)).singleElement().matches(ScopeClosed::again);
        assertThat(pool.all(ScopeOpened.class)).hasSize(2);
        end(2, Outcome.PASSED);
        end(1 - running, Outcome.PASSED);
        end(3, Outcome.PASSED);
        assertThat(pool.all(JobCompleted.class)).singleElement().matches(it -> it.status() == JobStatus.PASSED);
    }

    @Test
    void inDomainThatTwoOwnersWaitForShouldGoToTheOneThatHeldItForLess() {
        String first = Fixtures.job(2);
        String second = Fixtures.job(3);
        String other = Fixtures.job(4);
        pool.give(Fixtures.online("e1", "i1", 8));
        pool.give(scoped(first, "greedy", rules("db"), 1, 0, 1));
        pool.give(scoped(second, "greedy", rules("db"), 1, 0, 1));
        pool.give(scoped(other, "modest", rules("db"), 1, 0, 1));
        for (int step : new int[] {1, 0, 2}) {
            pool.tickAfter(1_000);
            pool.give(finished(dispatch(first, step), Outcome.PASSED));
        }

        assertThat(isDispatched(other, 1))
                .as("set-up of the owner that has not held it")
                .isTrue();
        assertThat(isDispatched(second, 1))
                .as("set-up of the job that is older")
                .isFalse();
    }

    @Test
    void inTearDownThatTakesSeveralSlotsShouldGetThoseThatBecomeFreeWhateverElseWaits() {
        var wide = new Needs(2_000, 0, Map.of());
        pool.give(
                new ExecutorOnline("e1", Fixtures.POOL, "i1", 2, "host", Map.of(), new Capacity(2_000, 1 << 30), null));
        List<Event> events = new ArrayList<>(scoped(job, "owner", rules("db"), 1, 0, 1));
        events.replaceAll(
                event -> event instanceof TaskQueued it && it.role() == Role.TEARDOWN ? needing(it, wide) : event);
        pool.give(events);
        end(1, Outcome.PASSED);
        String flood = Fixtures.job(2);
        pool.give(Fixtures.wholeJob(flood, "other", Priority.NORMAL, 0, 0, 5_000, 5_000, 5_000, 5_000, 5_000));
        assertThat(isDispatched(flood, 0)).isTrue();

        end(0, Outcome.PASSED);
        for (int i = 0; i < 20; i++) {
            pool.tickAfter(1_000);
            pool.give(beat());
        }

        assertThat(pool.all(TaskDispatched.class))
                .filteredOn(it -> it.jobId().equals(flood))
                .hasSize(1);
        pool.give(finished(dispatch(flood, 0), Outcome.PASSED));
        assertThat(isDispatched(job, 2))
                .as("the tear-down, before the tasks that wait")
                .isTrue();
        end(2, Outcome.PASSED);
        assertThat(isDispatched(flood, 1)).isTrue();
    }

    @Test
    void inTearDownThatWaitsForASlotShouldNotBeOvertakenByBriefTasksThatAreSentAhead() {
        pool.give(Fixtures.online("e1", "i1", 1));
        pool.give(scoped(job, "owner", rules("db"), 1, 0, 1));
        end(1, Outcome.PASSED);
        long[] brief = new long[200];
        java.util.Arrays.fill(brief, 20);
        String flood = Fixtures.job(2);
        pool.give(Fixtures.wholeJob(flood, "other", Priority.NORMAL, 0, 0, brief));
        end(0, Outcome.PASSED);
        int ahead = (int) pool.all(TaskDispatched.class).stream()
                .filter(it -> it.jobId().equals(flood))
                .count();

        for (int i = 0; i < ahead; i++) {
            assertThat(isDispatched(flood, i)).isTrue();
            pool.give(finished(dispatch(flood, i), Outcome.PASSED));
        }

        assertThat(isDispatched(job, 2)).as("after those that were ahead").isTrue();
    }

    @Test
    void inTestThatNobodyCanRunShouldExpireAlthoughItsScopeHasOneEpochAfterTheOther() {
        pool.give(Fixtures.online("e1", "i1", 1));
        List<Event> events = new ArrayList<>(scoped(job, "owner", rules("db"), 1, 0, 1));
        var gpu = new Needs(0, 0, Map.of("gpu", "a100"));
        events.replaceAll(event -> event instanceof TaskQueued it && it.role() == null ? needing(it, gpu) : event);
        pool.give(events);
        boolean ended = false;
        for (int i = 0; i < 600 && !ended; i++) {
            for (int step : new int[] {1, 2}) {
                if (pool.state().live(Ids.taskId(job, step)) != null) {
                    end(step, Outcome.PASSED);
                }
            }
            pool.tickAfter(4_000);
            pool.give(beat());
            ended = !pool.all(JobCompleted.class).isEmpty();
        }

        assertThat(pool.all(ScopeOpened.class)).hasSizeGreaterThan(3);
        assertThat(pool.all(TaskCompleted.class))
                .filteredOn(it -> it.role() == null)
                .singleElement()
                .matches(it -> it.outcome() == Outcome.EXPIRED);
        assertThat(ended).isTrue();
    }

    @Test
    void inSetUpThatFindsNoSlotShouldGiveTheDomainToOthersThatWait() {
        String blocker = Fixtures.job(2);
        String other = Fixtures.job(3);
        pool.give(Fixtures.online("e1", "i1", 1));
        pool.give(Fixtures.wholeJob(blocker, "owner", Priority.NORMAL, 0, 0, 5_000));
        pool.give(scoped(job, "owner", rules("db"), 1, 0, 1));
        pool.give(scoped(other, "other", rules("db"), 1, 0, 1));
        assertThat(pool.all(ScopeOpened.class)).extracting(ScopeOpened::jobId).containsExactly(job);

        for (int i = 0; i < 11; i++) {
            pool.tickAfter(HOLD_MS / 10);
            pool.give(beat());
        }

        assertThat(pool.all(ScopeOpened.class)).extracting(ScopeOpened::jobId).containsExactly(job, other);
        assertThat(pool.all(ScopeClosed.class)).singleElement().matches(ScopeClosed::again);
    }

    @Test
    void inSetUpThatThePlatformFailedShouldNotCountItsTestsAsFailed() {
        pool.give(Fixtures.online("e1", "i1", 8));
        pool.give(scoped(job, "owner", rules("db"), 1, 0, 1));
        for (int i = 0; i < 3; i++) {
            end(1, Outcome.INPUTS_UNAVAILABLE);
            if (pool.state().live(Ids.taskId(job, 2)) != null) {
                end(2, Outcome.PASSED);
            }
        }

        assertThat(pool.all(TaskCompleted.class))
                .filteredOn(it -> it.role() == null)
                .singleElement()
                .matches(it -> it.verdict() == Verdict.INFRASTRUCTURE);
        assertThat(pool.all(JobCompleted.class)).singleElement().matches(it -> it.status() == JobStatus.INFRASTRUCTURE);
    }

    @Test
    void inTearDownOfAnOwnerWithoutOtherTasksShouldGiveItNoAdvantage() {
        pool.give(Fixtures.online("e1", "i1", 1));
        pool.give(scoped(job, "owner", rules("db"), 1, 0, 1));
        end(1, Outcome.PASSED);
        String other = Fixtures.job(2);
        long[] tasks = new long[30];
        java.util.Arrays.fill(tasks, 5_000);
        pool.give(Fixtures.wholeJob(other, "other", Priority.NORMAL, 0, 0, tasks));
        end(0, Outcome.PASSED);
        int done = 0;
        while (!isDispatched(job, 2)) {
            pool.tickAfter(5_000);
            pool.give(finished(dispatch(other, done++), Outcome.PASSED));
        }
        String late = Fixtures.job(3);
        pool.give(Fixtures.wholeJob(late, "owner", Priority.NORMAL, 0, 0, tasks));
        end(2, Outcome.PASSED);

        long before = pool.state().backlog().owner("owner").virtualTime();
        assertThat(before)
                .isGreaterThanOrEqualTo(pool.state().backlog().owner("other").virtualTime() - 20_000L * 1_000);
    }

    private static TaskQueued needing(TaskQueued it, Needs needs) {
        return new TaskQueued(
                it.taskId(),
                it.jobId(),
                it.pool(),
                it.index(),
                it.planDigest(),
                it.name(),
                it.historyKey(),
                it.estimateMs(),
                null,
                "test",
                it.retries(),
                true,
                null,
                needs,
                null,
                it.scope(),
                it.role(),
                it.scopeRules());
    }

    @Test
    void inRetryShouldNumberTheEpochsOnAndOpenOnlyTheScopesOfWhatRunsAgain() {
        pool.give(Fixtures.online("e1", "i1", 8));
        List<Event> events = scoped(job, "owner", rules("db"), 1, 0, 1, 1);
        pool.give(events);
        for (int step : new int[] {2, 0, 3, 4, 1, 5}) {
            end(step, step == 1 ? Outcome.CRASHED : Outcome.PASSED);
            if (step == 1) {
                end(1, Outcome.CRASHED);
            }
        }
        assertThat(pool.all(JobCompleted.class)).hasSize(1);

        List<TaskQueued> tasks = events.stream()
                .filter(TaskQueued.class::isInstance)
                .map(TaskQueued.class::cast)
                .toList();
        pool.give(
                new JobRetryPlanned(job, Fixtures.POOL, "op", 1, true, Fixtures.plan(job), 1, null, 1),
                Fixtures.retryOf(tasks.get(1), new RetryOf(1, 2, 1)),
                Fixtures.retryOf(withEpochs(tasks.get(4), 1), new RetryOf(1, 1, 2)),
                Fixtures.retryOf(tasks.get(5), new RetryOf(1, 1, 3)));
        for (int step : new int[] {4, 1, 5}) {
            end(step, Outcome.PASSED);
        }

        assertThat(pool.all(ScopeOpened.class))
                .extracting(ScopeOpened::scope, ScopeOpened::scopeEpoch)
                .containsExactly(tuple("s0", 1), tuple("s1", 1), tuple("s1", 2));
        assertThat(pool.all(JobCompleted.class)).last().matches(it -> it.status() == JobStatus.PASSED);
    }

    private static TaskQueued withEpochs(TaskQueued it, int epochs) {
        return new TaskQueued(
                it.taskId(),
                it.jobId(),
                it.pool(),
                it.index(),
                it.planDigest(),
                it.name(),
                it.historyKey(),
                it.estimateMs(),
                null,
                "test",
                it.retries(),
                true,
                null,
                null,
                null,
                it.scope(),
                it.role(),
                Objects.requireNonNull(it.scopeRules()).after(epochs));
    }

    private Event beat() {
        var held = pool.all(TaskDispatched.class).stream()
                .map(TaskDispatched::attemptKey)
                .filter(key -> pool.state().live(key.taskId()) != null)
                .toList();
        return new ExecutorHeartbeat("e1", Fixtures.POOL, "i1", 0, "h", held);
    }
}
