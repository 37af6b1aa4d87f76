package dev.millrace.scheduler;

import static dev.millrace.scheduler.Fixtures.POOL;
import static dev.millrace.scheduler.Fixtures.cancel;
import static dev.millrace.scheduler.Fixtures.finished;
import static dev.millrace.scheduler.Fixtures.online;
import static dev.millrace.scheduler.Fixtures.planned;
import static dev.millrace.scheduler.Fixtures.queued;
import static dev.millrace.scheduler.Fixtures.rejected;
import static dev.millrace.scheduler.Fixtures.submitted;
import static dev.millrace.scheduler.Fixtures.wholeJob;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.millrace.scheduler.model.CoreConfig;
import dev.millrace.scheduler.model.EntityKey;
import dev.millrace.scheduler.model.EntityKind;
import dev.millrace.scheduler.model.JobState;
import dev.millrace.scheduler.model.OwnerAccount;
import dev.millrace.scheduler.model.PoolPolicy;
import dev.millrace.scheduler.model.StandingOverride;
import dev.millrace.schemas.Ids;
import dev.millrace.schemas.event.AttemptKey;
import dev.millrace.schemas.event.AttemptRevoked;
import dev.millrace.schemas.event.AttemptStarted;
import dev.millrace.schemas.event.Event;
import dev.millrace.schemas.event.ExecutorDraining;
import dev.millrace.schemas.event.ExecutorHeartbeat;
import dev.millrace.schemas.event.ExecutorMarked;
import dev.millrace.schemas.event.ExecutorOffline;
import dev.millrace.schemas.event.ExecutorStandingRequested;
import dev.millrace.schemas.event.JobAdmitted;
import dev.millrace.schemas.event.JobCompleted;
import dev.millrace.schemas.event.JobCounts;
import dev.millrace.schemas.event.JobProgress;
import dev.millrace.schemas.event.JobStatus;
import dev.millrace.schemas.event.LeaseExpired;
import dev.millrace.schemas.event.Outcome;
import dev.millrace.schemas.event.OwnerQuotaChanged;
import dev.millrace.schemas.event.OwnerQuotaRequested;
import dev.millrace.schemas.event.PlacementReason;
import dev.millrace.schemas.event.PoolSettingsChanged;
import dev.millrace.schemas.event.PoolSettingsRequested;
import dev.millrace.schemas.event.Standing;
import dev.millrace.schemas.event.TaskDispatched;
import dev.millrace.schemas.event.TaskPlaced;
import dev.millrace.schemas.event.TaskQueued;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Tests inputs other than the normal steps of a task: which ones the scheduler accepts, which ones it ignores, and which events it
 * publishes.
 */
class PoolInputsTest {
    private final Harness pool = new Harness();
    private final String job = Fixtures.job(1);

    private TaskDispatched dispatch(int index) {
        return pool.dispatchOf(Ids.taskId(job, index)).orElseThrow();
    }

    private static ExecutorHeartbeat beat(String executor, String incarnation, AttemptKey... attempts) {
        List<AttemptKey> held = List.of(attempts);
        return new ExecutorHeartbeat(executor, POOL, incarnation, held.size(), ExecutorHeartbeat.hashOf(held), held);
    }

    private List<Event> standing(String executor, Standing standing) {
        return pool.give(new ExecutorStandingRequested(executor, POOL, "ann", standing, "because"));
    }

    private List<Event> settings(@Nullable Integer urgentShare, @Nullable Integer hedge) {
        return pool.give(new PoolSettingsRequested(POOL, "ann", urgentShare, hedge));
    }

    @Test
    void inRejectedShouldAdmitAndEndTheJobInEitherOrder() {
        pool.give(rejected(job));
        assertThat(pool.all(JobAdmitted.class)).hasSize(1);
        assertThat(pool.all(JobCompleted.class))
                .singleElement()
                .matches(it -> it.status() == JobStatus.REJECTED && it.reason().equals("no such class"))
                .matches(it ->
                        it.sequence() == pool.all(JobAdmitted.class).get(0).sequence() + 1);

        String other = Fixtures.job(2);
        pool.give(submitted(other), rejected(other), rejected(other));
        assertThat(pool.all(JobCompleted.class)).hasSize(2);
        assertThat(pool.all(JobAdmitted.class)).hasSize(2);
    }

    @Test
    void inJobThatRunsShouldNotBeRejectedAnyMore() {
        pool.give(wholeJob(job, 0, 1_000));

        assertThat(pool.give(rejected(job))).isEmpty();
        assertThat(pool.give(planned(job, 1))).isEmpty();
        assertThat(pool.state().job(job)).isInstanceOf(JobState.Running.class);
    }

    @Test
    void inTaskBeyondThePlanOrRepeatedShouldBeIgnored() {
        pool.give(submitted(job), planned(job, 2));

        pool.give(queued(job, 0, 10, 0), queued(job, 0, 10, 0), queued(job, 1, 10, 0), queued(job, 2, 10, 0));
        assertThat(pool.state().queuedTasks()).isEqualTo(2);
    }

    @Test
    void inTaskUnderANameThatIsNotItsOwnShouldBeIgnored() {
        TaskQueued own = queued(job, 0, 10, 0);
        var other = new TaskQueued(
                Ids.taskId(job, 1),
                own.jobId(),
                own.pool(),
                own.index(),
                own.planDigest(),
                own.name(),
                own.historyKey(),
                own.estimateMs(),
                own.estimateUpperMs(),
                own.estimateSource(),
                own.retries(),
                own.gating(),
                own.repeatable(),
                own.needs(),
                own.retryOf());
        pool.give(submitted(job), planned(job, 2), other);

        assertThat(pool.state().queuedTasks()).isZero();
    }

    @Test
    void inSettingsShouldTakePercentagesAndKeepWhatIsNotNamed() {
        settings(0, 100);
        settings(70, null);
        settings(null, 5);

        assertThat(pool.all(PoolSettingsChanged.class))
                .extracting(PoolSettingsChanged::urgentSharePercent, PoolSettingsChanged::hedgePercent)
                .containsExactly(tuple(0, 100), tuple(70, 100), tuple(70, 5));
        assertThat(settings(101, 5)).isEmpty();
        assertThat(settings(-1, 5)).isEmpty();
        assertThat(settings(5, 101)).isEmpty();
        assertThat(pool.state().policy()).isEqualTo(new PoolPolicy(70, 5));
    }

    @Test
    void inQuotaShouldTakeWeightsOfOneToAThousand() {
        for (int weight : new int[] {0, 1, 1_000, 1_001}) {
            pool.give(new OwnerQuotaRequested(POOL, "ann", "bob", weight, 0));
        }
        pool.give(new OwnerQuotaRequested(POOL, "ann", "bob", 1, -1));

        assertThat(pool.all(OwnerQuotaChanged.class))
                .extracting(OwnerQuotaChanged::weight)
                .containsExactly(1, 1_000);
        assertThat(pool.state().account("bob")).isEqualTo(new OwnerAccount("bob", 1_000, 0, 0, 0, null));
    }

    @Test
    void inOfflineShouldEndItsLeaseIfItIsThatLife() {
        pool.give(online("e1", "i1", 1));

        assertThat(pool.give(new ExecutorOffline("e1", POOL, "i0"))).isEmpty();
        assertThat(pool.give(new ExecutorOffline("e2", POOL, "i1"))).isEmpty();
        assertThat(pool.give(new ExecutorOffline("e1", POOL, "i1")))
                .singleElement()
                .isInstanceOfSatisfying(
                        LeaseExpired.class, it -> assertThat(it.reason()).isEqualTo("the executor went offline"));
        assertThat(pool.state().executor("e1")).isNull();
    }

    @Test
    void inLostExecutorShouldNameTheTasksItHeld() {
        pool.give(online("e1", "i1", 2));
        pool.give(wholeJob(job, 0, 5_000, 4_000));
        pool.tickAfter(CoreConfig.DEFAULTS.leaseMs() + 1);

        assertThat(pool.all(LeaseExpired.class))
                .singleElement()
                .extracting(LeaseExpired::taskIds)
                .isEqualTo(List.of(Ids.taskId(job, 0), Ids.taskId(job, 1)));
    }

    @Test
    void inDrainingShouldBeToldOnceAndTakeNoMore() {
        pool.give(online("e1", "i1", 1));
        var draining = new ExecutorDraining("e1", POOL, "i1", "stopping");

        assertThat(pool.give(new ExecutorDraining("e1", POOL, "i0", "stopping")))
                .isEmpty();
        assertThat(pool.give(draining)).singleElement().isInstanceOf(ExecutorMarked.class);
        assertThat(pool.give(draining)).isEmpty();
        pool.give(wholeJob(job, 0, 1_000));
        assertThat(pool.all(TaskPlaced.class)).isEmpty();
        assertThat(pool.state().mark("e1"))
                .as("its own wish ends with its life")
                .isNull();
    }

    @Test
    void inExecutorThatTakesWorkAgainShouldGetSomeAndKeepItsPast() {
        pool.give(online("e1", "i1", 1));
        pool.give(online("e1", "i2", 1));
        pool.give(new ExecutorDraining("e1", POOL, "i2", "its disk is full"));
        pool.give(wholeJob(job, 0, 1_000));
        assertThat(pool.all(TaskPlaced.class)).isEmpty();

        List<Event> answer = pool.give(online("e1", "i2", 1));

        assertThat(answer)
                .filteredOn(ExecutorMarked.class::isInstance)
                .singleElement()
                .satisfies(it -> {
                    assertThat(((ExecutorMarked) it).standing()).isEqualTo(Standing.ACTIVE);
                    assertThat(((ExecutorMarked) it).by()).isEqualTo(ExecutorMarked.BY_ITSELF);
                });
        assertThat(pool.all(TaskPlaced.class)).hasSize(1);
        assertThat(pool.give(online("e1", "i2", 1))).isEmpty();
        assertThat(pool.give(online("e1", "i1", 1))).as("superseded").isEmpty();
    }

    @Test
    void inNewReasonToTakeNoWorkShouldBeTold() {
        pool.give(online("e1", "i1", 1));
        pool.give(new ExecutorDraining("e1", POOL, "i1", "its disk is full"));
        standing("e1", Standing.DRAINING);

        assertThat(standing("e1", Standing.ACTIVE))
                .last()
                .extracting(it -> ((ExecutorMarked) it).reason())
                .isEqualTo("its disk is full");
        assertThat(pool.give(new ExecutorDraining("e1", POOL, "i1", "stopping")))
                .singleElement()
                .extracting(it -> ((ExecutorMarked) it).reason())
                .isEqualTo("stopping");
    }

    @Test
    void inExecutorThatTakesWorkAgainAndIsNotWantedShouldGetNone() {
        pool.give(online("e1", "i1", 1));
        standing("e1", Standing.DRAINING);
        pool.give(new ExecutorDraining("e1", POOL, "i1", "its disk is full"));

        StandingOverride wish = pool.state().mark("e1");
        assertThat(wish).isNotNull();
        assertThat(pool.give(online("e1", "i1", 1))).singleElement().satisfies(it -> {
            assertThat(((ExecutorMarked) it).standing()).isEqualTo(Standing.DRAINING);
            assertThat(((ExecutorMarked) it).by()).isEqualTo(wish.by());
            assertThat(((ExecutorMarked) it).reason()).isEqualTo(wish.reason());
        });
        assertThat(pool.state().mark("e1")).isEqualTo(wish);
        pool.give(wholeJob(job, 0, 1_000));

        assertThat(pool.all(TaskPlaced.class)).isEmpty();
    }

    @Test
    void inStandingShouldChangeOnceAndNeverByHandToSuspect() {
        pool.give(online("e1", "i1", 1));

        assertThat(standing("e1", Standing.ACTIVE)).isEmpty();
        assertThat(standing("e1", Standing.SUSPECT)).isEmpty();
        assertThat(standing("e1", Standing.DRAINING)).hasSize(1);
        assertThat(standing("e1", Standing.DRAINING)).isEmpty();
        assertThat(standing("e1", Standing.ACTIVE)).hasSize(1);
        assertThat(pool.all(ExecutorMarked.class))
                .extracting(ExecutorMarked::by)
                .containsOnly("ann");
    }

    @Test
    void inExecutorThatLeavesShouldStillTakeNoMoreOnceItIsWantedAgain() {
        pool.give(online("e1", "i1", 1));
        standing("e1", Standing.DRAINING);
        pool.give(new ExecutorDraining("e1", POOL, "i1", "stopping"));

        assertThat(standing("e1", Standing.ACTIVE))
                .extracting(it -> ((ExecutorMarked) it).standing())
                .containsExactly(Standing.ACTIVE, Standing.DRAINING);
        pool.give(wholeJob(job, 0, 1_000));
        assertThat(pool.all(TaskPlaced.class)).isEmpty();

        pool.give(online("e1", "i2", 1));
        assertThat(pool.all(TaskPlaced.class)).hasSize(1);
    }

    @Test
    void inHeartbeatShouldRevokeWhatIsNotOfThatLifeOrNotLive() {
        pool.give(online("e1", "i1", 2));
        pool.give(wholeJob(job, 0, 5_000));
        AttemptKey live = dispatch(0).attemptKey();
        AttemptKey gone = Fixtures.key(77);

        assertThat(pool.give(beat("e9", "i1", gone))).isEmpty();
        assertThat(pool.give(beat("e1", "i1", live))).isEmpty();
        assertThat(pool.give(beat("e1", "i1", live, gone)))
                .singleElement()
                .isInstanceOfSatisfying(AttemptRevoked.class, it -> {
                    assertThat(it.taskId()).isEqualTo(gone.taskId());
                    assertThat(it.reason()).isEqualTo("the scheduler does not know this attempt");
                });
        assertThat(pool.give(beat("e1", "i0", live)))
                .singleElement()
                .isInstanceOfSatisfying(AttemptRevoked.class, it -> assertThat(it.reason())
                        .isEqualTo("another incarnation has taken this executor's place"));
    }

    @Test
    void inTickShouldTellProgressOfWhatMovedOnceInAnInterval() {
        pool.give(online("e1", "i1", 2));
        pool.give(wholeJob(job, 0, 6_000, 6_000, 6_000));

        pool.tickAfter(500);
        JobProgress told = pool.all(JobProgress.class).get(0);
        assertThat(told.counts()).isEqualTo(new JobCounts(3, 1, 2, 0, 0, 0, 0, 0, 0, 0));
        assertThat(told.estimatedEndMs()).isEqualTo(pool.wallMs + 18_000 / 2);

        pool.tickAfter(500);
        assertThat(pool.all(JobProgress.class)).as("nothing moved").hasSize(1);
        pool.give(finished(dispatch(0), Outcome.PASSED));
        pool.tickAfter(498);
        assertThat(pool.all(JobProgress.class)).as("moved since").hasSize(2);
        pool.give(finished(dispatch(1), Outcome.PASSED));
        pool.tickAfter(499);
        assertThat(pool.all(JobProgress.class)).as("too soon").hasSize(2);
        pool.tickAfter(1);
        assertThat(pool.all(JobProgress.class)).hasSize(3);
    }

    @Test
    void inPoolWithoutExecutorsShouldTellProgressWithoutAnEnd() {
        pool.give(wholeJob(job, 0, 6_000));

        pool.tickAfter(500);

        assertThat(pool.all(JobProgress.class))
                .extracting(JobProgress::estimatedEndMs)
                .containsOnlyNulls();
    }

    @Test
    void inFinishedJobShouldBeForgottenAfterItsTime() {
        pool.give(online("e1", "i1", 1));
        pool.give(wholeJob(job, 0, 1_000));
        pool.give(finished(dispatch(0), Outcome.PASSED));
        assertThat(pool.all(JobCompleted.class))
                .extracting(JobCompleted::reason)
                .containsExactly("1 of 1 tasks passed");
        long tombstoneMs = CoreConfig.DEFAULTS.tombstoneMs();
        pool.state().drainDirty();

        pool.tickAfter(tombstoneMs - 2);
        assertThat(pool.state().job(job)).isInstanceOf(JobState.Finished.class);
        pool.tickAfter(10);
        assertThat(pool.state().job(job)).isNull();
        assertThat(pool.state().drainDirty()).contains(new EntityKey(EntityKind.JOB, job));
    }

    @Test
    void inEachChangeShouldSayWhatToStoreOnce() {
        pool.give(online("e1", "i1", 1));
        assertThat(changed(EntityKind.EXECUTOR)).containsExactly("e1");
        pool.give(wholeJob(job, 0, 1_000));
        Set<EntityKey> changes = pool.state().drainDirty();
        assertThat(changes)
                .containsOnlyOnce(
                        new EntityKey(EntityKind.JOB, job),
                        new EntityKey(EntityKind.TASK, Ids.taskId(job, 0)),
                        new EntityKey(EntityKind.OWNER, "owner"))
                .extracting(EntityKey::kind)
                .contains(EntityKind.SEQUENCE, EntityKind.CLOCK)
                .doesNotContain(EntityKind.POLICY);
        assertThat(pool.state().drainDirty()).isEmpty();
        settings(1, 1);
        assertThat(changed(EntityKind.POLICY)).hasSize(1);
        standing("e1", Standing.DRAINING);
        assertThat(changed(EntityKind.MARK)).containsExactly("e1");
        pool.give(new ExecutorOffline("e1", POOL, "i1"));
        assertThat(changed(EntityKind.EXECUTOR)).containsExactly("e1");
    }

    /** Returns the ids of the entities of one kind that changed since the last look. */
    private List<String> changed(EntityKind<?> kind) {
        return pool.state().drainDirty().stream()
                .filter(it -> it.kind() == kind)
                .map(EntityKey::id)
                .toList();
    }

    @Test
    void inCancelledBeforeItsPlanShouldEndCancelledAndNotTwice() {
        pool.give(submitted(job), cancel(job), cancel(job));
        pool.give(planned(job, 1), queued(job, 0, 10, 0));

        assertThat(pool.all(JobCompleted.class))
                .singleElement()
                .extracting(JobCompleted::status)
                .isEqualTo(JobStatus.CANCELLED);
        assertThat(pool.give(cancel(job))).isEmpty();
    }

    @Test
    void inStartOfAttemptShouldBeToldWithItsSlot() {
        pool.give(online("e1", "i1", 1));
        pool.give(wholeJob(job, 0, 1_000));
        TaskDispatched it = dispatch(0);

        assertThat(pool.give(new AttemptStarted(it.taskId(), job, POOL, 1, it.epoch(), "e1", "i1", 0, pool.wallMs)))
                .hasSize(1);
        assertThat(pool.give(new AttemptStarted(it.taskId(), job, POOL, 1, it.epoch(), "e2", "i1", 0, pool.wallMs)))
                .as("somebody else says so")
                .singleElement()
                .isInstanceOf(AttemptRevoked.class);
    }

    @Test
    void inPlacementShouldSayWhyWithTheCandidates() {
        pool.give(online("e1", "i1", 1), online("e2", "i1", 3));
        pool.give(wholeJob(job, 0, 7_000));

        TaskPlaced placed = pool.all(TaskPlaced.class).get(0);
        assertThat(placed.executorId()).isEqualTo("e2");
        assertThat(placed.candidates())
                .extracting(it -> it.executorId() + " " + it.freeSlots())
                .containsExactly("e2 3", "e1 1");
        assertThat(placed.estimateMs()).isEqualTo(7_000);
        assertThat(placed.reason())
                .isNotNull()
                .extracting(PlacementReason::waiting)
                .isEqualTo(1);
    }
}
