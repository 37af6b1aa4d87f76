package dev.millrace.scheduler.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.schemas.Ids;
import dev.millrace.schemas.blob.Tree;
import dev.millrace.schemas.json.JsonSize;
import dev.millrace.schemas.plan.Plan;
import dev.millrace.schemas.plan.PlannedTask;
import dev.millrace.schemas.spec.SpecLimits;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class BoundedPlanTest {
    private static final Plan HEAD = new Plan(Ids.jobId("o", "j"), "n", "p", Tree.EMPTY.digest(), List.of(), List.of());

    private static PlannedTask task(String command) {
        return task(List.of(command));
    }

    private static PlannedTask task(List<String> command) {
        return new PlannedTask(
                0, "n", null, "t", command, Map.of(), List.of(), List.of(), 1_000, null, 0, true, null, null, null,
                null, null, null, 1, 1, "none", null);
    }

    @Test
    void inPlanShouldHoldExactlyAsManyBytesAsAllowed() throws Exception {
        var plan = new BoundedPlan(HEAD);
        // The plan counts one comma for each task, although the first task has no comma before it.
        long room = SpecLimits.MAX_PLAN_BYTES - JsonSize.of(HEAD) - 2 * (JsonSize.of(task("")) + 1);
        plan.add(task("x".repeat((int) room - 1_000)));

        assertThatThrownBy(() -> plan.add(task("x".repeat(1_001))))
                .isInstanceOf(PlanBuilder.RejectedException.class)
                .hasMessageContaining("the first 2 tasks takes more than " + SpecLimits.MAX_PLAN_BYTES);
        var exact = new BoundedPlan(HEAD);
        exact.add(task("x".repeat((int) room - 1_000)));
        exact.add(task("x".repeat(1_000)));
        assertThat(HEAD.withTasks(exact.all()).canonicalBytes()).hasSize((int) SpecLimits.MAX_PLAN_BYTES - 1);
    }

    /**
     * With {@code repeat}, a plan takes little memory when it is made, because the tasks share their arguments, but much memory once it is
     * read. The limit must apply to the memory after reading.
     */
    @Test
    void inPlanOfManyShortArgumentsShouldBeBoundedByWhatItTakesInMemory() throws Exception {
        var plan = new BoundedPlan(HEAD);
        PlannedTask task = task(Collections.nCopies(10_000, "a"));
        long tasks = SpecLimits.MAX_PLAN_HEAP_BYTES / task.heapBytes();
        for (int i = 0; i < tasks; i++) {
            plan.add(task);
        }

        assertThatThrownBy(() -> plan.add(task)).hasMessageContaining("bytes of memory");
        assertThat(JsonSize.of(HEAD.withTasks(plan.all()))).isLessThan(SpecLimits.MAX_PLAN_BYTES / 2);
        assertThat(task.heapBytes()).isBetween(10_000L * 52, 10_000L * 60);
    }

    @Test
    void inPlanShouldHoldExactlyAsManyTasksAsAllowed() throws Exception {
        var plan = new BoundedPlan(HEAD);
        PlannedTask task = task("c");
        for (int i = 0; i < SpecLimits.MAX_TASKS; i++) {
            plan.add(task);
        }

        assertThatThrownBy(() -> plan.add(task)).hasMessageContaining("more than " + SpecLimits.MAX_TASKS + " tasks");
    }
}
