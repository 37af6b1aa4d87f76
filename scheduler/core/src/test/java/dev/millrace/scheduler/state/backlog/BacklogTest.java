package dev.millrace.scheduler.state.backlog;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.scheduler.Fixtures;
import dev.millrace.scheduler.model.LiveAttempt;
import dev.millrace.scheduler.model.OwnerAccount;
import dev.millrace.scheduler.model.Registration;
import dev.millrace.scheduler.model.RetryRecord;
import dev.millrace.scheduler.model.TaskInfo;
import dev.millrace.scheduler.model.TaskState;
import dev.millrace.scheduler.state.fleet.ExecutorState;
import dev.millrace.scheduler.state.fleet.Fleet;
import dev.millrace.schemas.event.AttemptResult;
import dev.millrace.schemas.event.Epoch;
import dev.millrace.schemas.event.Needs;
import dev.millrace.schemas.event.Outcome;
import dev.millrace.schemas.event.PlacementRule;
import dev.millrace.schemas.event.Priority;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class BacklogTest {
    private static final Needs GPU = new Needs(0, 0, Map.of("gpu", "yes"));

    private final List<String> toStore = new ArrayList<>();
    private final Backlog backlog = new Backlog(ReadyOrder.MILLRACE, toStore::add);
    private final Fleet fleet = new Fleet();
    private final Map<Integer, TaskState.Waiting> waiting = new HashMap<>();
    private int epoch;

    BacklogTest() {
        fleet.put(new ExecutorState(new Registration("e1", "i1", 10, false, List.of(), GPU.labels(), null, null), 0));
    }

    private void add(int job, String owner, Priority priority, long estimateMs) {
        add(job, owner, priority, estimateMs, Needs.NOTHING, RetryRecord.NEW);
    }

    private void add(int job, String owner, Priority priority, long estimateMs, Needs needs, RetryRecord retryRecord) {
        TaskInfo info = Fixtures.task(job, 0, owner, priority, estimateMs, needs);
        var task = new TaskState.Waiting(info, retryRecord, 0, job);
        waiting.put(job, task);
        backlog.add(task);
        backlog.waitingNeeds().look(fleet);
    }

    private @Nullable Choice next() {
        return backlog.next(1, false, it -> true, it -> false);
    }

    private LiveAttempt start(int job, int slots, boolean asUrgent) {
        TaskState.Waiting task = Objects.requireNonNull(waiting.remove(job));
        var attempt = new LiveAttempt(1, new Epoch(1, ++epoch), "e1", "i1", slots, 0);
        backlog.started(task.info(), attempt, asUrgent, 10, 0);
        backlog.remove(task);
        return attempt;
    }

    private static AttemptResult ran(long durationMs) {
        return AttemptResult.empty(Outcome.PASSED, 0, null, 0, durationMs);
    }

    private long timeOf(String owner) {
        return Objects.requireNonNull(backlog.account(owner)).virtualTime();
    }

    private TaskState.Waiting task(int job) {
        return Objects.requireNonNull(waiting.get(job));
    }

    private static String ownerOf(@Nullable Choice choice) {
        return Objects.requireNonNull(choice).owner().owner();
    }

    private static int jobOf(@Nullable Choice choice) {
        return (int) Objects.requireNonNull(choice).task().info().jobOrder();
    }

    @Test
    void inChargeShouldCostSlotTimeByWeightAndBeSettledAtTheEnd() {
        backlog.configure("a", 4, 0, 0);
        add(1, "a", Priority.NORMAL, 8_000);

        LiveAttempt attempt = start(1, 2, false);
        assertThat(timeOf("a")).isEqualTo(8_000L * 2 * OwnerAccount.SCALE / 4);

        backlog.settlements().ended(attempt, ran(3_000), 3_000);
        assertThat(timeOf("a")).isEqualTo(3_000L * 2 * OwnerAccount.SCALE / 4);
    }

    @Test
    void inOwnerWithLeastTimeShouldBeNext() {
        add(1, "a", Priority.NORMAL, 8_000);
        add(2, "a", Priority.NORMAL, 8_000);
        add(3, "b", Priority.NORMAL, 8_000);
        start(1, 1, false);

        Choice choice = Objects.requireNonNull(next());

        assertThat(choice.owner().owner()).isEqualTo("b");
        assertThat(choice.runnerUp()).extracting(OwnerQueue::owner).isEqualTo("a");
        assertThat(choice.rule()).isEqualTo(PlacementRule.FAIR_SHARE);
    }

    @Test
    void inQuotaShouldPassOverWhoHasAllItMayHave() {
        backlog.configure("a", 1, 1, 0);
        add(1, "a", Priority.URGENT, 1);
        add(2, "a", Priority.URGENT, 1);
        add(3, "b", Priority.NORMAL, 1);
        assertThat(backlog.hasReady(Needs.NOTHING, it -> true)).isTrue();
        LiveAttempt attempt = start(1, 1, false);

        assertThat(jobOf(next())).isEqualTo(3);
        assertThat(backlog.slotsLeft("a")).isZero();
        assertThat(backlog.slotsLeft("b")).isEqualTo(Integer.MAX_VALUE);
        add(4, "a", Priority.URGENT, 1);
        assertThat(ownerOf(backlog.next(5, false, it -> true, it -> false)))
                .as("another urgent one of the same owner")
                .isEqualTo("b");

        backlog.settlements().ended(attempt, ran(0), 0);
        assertThat(ownerOf(backlog.next(5, false, it -> true, it -> false))).isEqualTo("a");
    }

    @Test
    void inUrgentShouldGoFirstUpToTheLimit() {
        add(1, "a", Priority.NORMAL, 10);
        add(2, "b", Priority.URGENT, 90_000);
        add(3, "b", Priority.URGENT, 90_000);

        assertThat(Objects.requireNonNull(next()).rule()).isEqualTo(PlacementRule.URGENT);
        LiveAttempt attempt = start(2, 1, true);
        assertThat(backlog.settlements().urgentRunning()).isEqualTo(1);
        assertThat(jobOf(next())).as("the limit is reached").isEqualTo(1);
        assertThat(jobOf(backlog.next(2, false, it -> true, it -> false)))
                .as("a higher limit")
                .isEqualTo(3);
        assertThat(jobOf(backlog.next(2, true, it -> true, it -> false)))
                .as("not twice in a row")
                .isEqualTo(1);

        backlog.settlements().ended(attempt, ran(0), 0);
        assertThat(backlog.settlements().urgentRunning()).isZero();
        assertThat(jobOf(next())).isEqualTo(3);
    }

    @Test
    void inNoUrgentTaskLeftShouldNotLookForAny() {
        add(1, "a", Priority.NORMAL, 10);
        add(2, "a", Priority.URGENT, 10);
        backlog.remove(task(2));

        assertThat(Objects.requireNonNull(next()).rule()).isEqualTo(PlacementRule.FAIR_SHARE);
        assertThat(backlog.size()).isEqualTo(1);
        backlog.remove(task(1));
        assertThat(backlog.isEmpty()).isTrue();
        assertThat(next()).isNull();
    }

    @Test
    void inEighthTurnShouldBeTheOldestJobs() {
        add(1, "a", Priority.BULK, 10);
        for (int job = 2; job < 20; job++) {
            add(job, "a", Priority.NORMAL, 10);
        }

        for (int turn = 1; turn < 8; turn++) {
            assertThat(Objects.requireNonNull(next()).rule()).isEqualTo(PlacementRule.FAIR_SHARE);
            start(jobOf(next()), 1, false);
        }

        Choice eighth = Objects.requireNonNull(next());
        assertThat(eighth.rule()).isEqualTo(PlacementRule.OLDEST);
        assertThat(jobOf(eighth)).isEqualTo(1);
    }

    @Test
    void inTaskThatDoesNotFitShouldNotHoldUpTheOthers() {
        add(1, "a", Priority.NORMAL, 10, GPU, RetryRecord.NEW);
        add(2, "a", Priority.NORMAL, 10);

        assertThat(jobOf(backlog.next(1, false, it -> it.info().needs().isNothing(), it -> false)))
                .isEqualTo(2);
        assertThat(backlog.waitingNeeds().all()).containsExactlyInAnyOrder(GPU, Needs.NOTHING);
        assertThat(backlog.waitingNeeds().hasSpecial()).isTrue();
        assertThat(backlog.hasReady(GPU, it -> true)).isTrue();
        assertThat(backlog.readySince(GPU, 1)).isEqualTo(task(1));
        assertThat(backlog.readySince(GPU, 0)).isNull();

        backlog.remove(task(1));
        assertThat(backlog.waitingNeeds().hasSpecial()).isFalse();
        assertThat(backlog.hasReady(GPU, it -> true)).isFalse();
        assertThat(backlog.readySince(GPU, 1)).isNull();
    }

    @Test
    void inRetryThatWaitsForOthersShouldLetThoseBehindItRun() {
        var failed = new RetryRecord(0, 1, 0, 1, 0, false, false, List.of("e1"), List.of("e1"), null);
        add(1, "a", Priority.NORMAL, 10, Needs.NOTHING, failed);
        add(2, "a", Priority.NORMAL, 10);

        assertThat(jobOf(next())).as("a retry first").isEqualTo(1);
        assertThat(jobOf(backlog.next(1, false, it -> it.retryRecord().isFresh(), it -> false)))
                .isEqualTo(2);
    }

    @Test
    void inManyRetriesThatDoNotFitShouldLookAtNoMoreThanSixtyFourAndPlaceOtherTasks() {
        var failed = new RetryRecord(0, 1, 0, 1, 0, false, false, List.of("e1"), List.of("e1"), null);
        for (int job = 1; job <= 70; job++) {
            add(job, "a", Priority.NORMAL, 10, Needs.NOTHING, failed);
        }
        add(71, "a", Priority.NORMAL, 10);
        var asked = new ArrayList<TaskState.Waiting>();

        assertThat(jobOf(backlog.next(
                        1,
                        false,
                        it -> {
                            asked.add(it);
                            return it.retryRecord().isFresh();
                        },
                        it -> false)))
                .isEqualTo(71);
        assertThat(asked).hasSize(65);
        backlog.remove(task(71));
        assertThat(backlog.next(1, false, it -> it.info().jobOrder() > 64, it -> false))
                .isNull();
        backlog.remove(task(1));
        assertThat(jobOf(backlog.next(1, false, it -> it.info().jobOrder() > 64, it -> false)))
                .isEqualTo(65);
    }

    @Test
    void inDifferentNeedsShouldCountThoseOfTheOwnersWaitingTasks() {
        add(1, "a", Priority.NORMAL, 10);
        add(2, "a", Priority.NORMAL, 10);
        add(3, "a", Priority.NORMAL, 10, GPU, RetryRecord.NEW);
        add(4, "b", Priority.NORMAL, 10);

        assertThat(backlog.differentNeeds("a")).isEqualTo(2);
        backlog.remove(task(3));
        assertThat(backlog.differentNeeds("a")).isEqualTo(1);
        assertThat(backlog.differentNeeds("nobody")).isZero();
    }

    @Test
    void inOwnerWithoutSettingsWorkOrDebtShouldBeForgotten() {
        backlog.configure("weighty", 2, 0, 0);
        backlog.configure("limited", 1, 5, 0);
        add(1, "idle", Priority.NORMAL, 1_000);
        add(2, "busy", Priority.NORMAL, 9_000);
        LiveAttempt attempt = start(1, 1, false);
        backlog.prune(0);
        assertThat(backlog.account("idle")).as("runs").isNotNull();

        backlog.settlements().ended(attempt, ran(1_000), 1_000);
        backlog.prune(0);
        assertThat(backlog.account("idle")).as("in debt to who has had nothing").isNotNull();

        start(2, 1, false);
        add(3, "busy", Priority.NORMAL, 9_000);
        toStore.clear();
        backlog.settlements().ended(new LiveAttempt(1, new Epoch(1, 2), "e1", "i1", 1, 0), ran(9_000), 9_000);
        backlog.prune(0);

        assertThat(backlog.account("idle")).isNull();
        assertThat(toStore).contains("idle");
        assertThat(backlog.account("weighty")).isNotNull();
        assertThat(backlog.account("limited")).isNotNull();
        assertThat(backlog.owners()).extracting(OwnerQueue::owner).contains("busy", "weighty", "limited");
    }

    @Test
    void inNewcomerShouldStartLevelWithWhoHadLeast() {
        add(1, "a", Priority.NORMAL, 6_000);
        LiveAttempt attempt = start(1, 1, false);
        add(2, "a", Priority.NORMAL, 6_000);
        backlog.settlements().ended(attempt, ran(6_000), 6_000);

        add(3, "late", Priority.NORMAL, 6_000);

        assertThat(timeOf("late")).isEqualTo(timeOf("a")).isEqualTo(6_000L * OwnerAccount.SCALE);
    }

    @Test
    void inAttemptThatRunsLongerThanExpectedShouldChargeForThatMeanwhile() {
        add(1, "ann", Priority.NORMAL, 1_000);
        LiveAttempt attempt = start(1, 2, false);
        backlog.settlements().ran(Fixtures.task(1, 0, "ann", Priority.NORMAL, 1_000, Needs.NOTHING), attempt, 0);
        long expected = timeOf("ann");

        backlog.settlements().chargeOverruns(900, charge -> {});
        assertThat(timeOf("ann")).isEqualTo(expected);
        var grown = new ArrayList<Long>();
        for (long tick = 1_000; tick <= 3_600_000; tick += 250) {
            backlog.settlements().chargeOverruns(tick, charge -> grown.add(charge.cost()));
            assertThat(timeOf("ann")).isBetween(2_000 * tick, 2_000 * (tick + Math.max(250, tick / 4)) + 2_000_000);
        }

        assertThat(grown).hasSizeLessThan(50).isSorted();
        backlog.settlements().ended(attempt, ran(3_600_000), 3_600_000);
        assertThat(timeOf("ann")).isEqualTo(2L * 3_600_000 * 1_000);
    }

    @Test
    void inSlotsThatAreIdleForAnOwnerShouldChargeItForThem() {
        add(1, "ann", Priority.NORMAL, 1_000);
        long before = timeOf("ann");

        backlog.chargeIdle("ann", 4_000, 0);
        backlog.chargeIdle("nobody", 4_000, 0);

        assertThat(timeOf("ann")).isEqualTo(before + 4_000 * OwnerAccount.SCALE);
        assertThat(backlog.account("nobody")).isNull();
    }
}
