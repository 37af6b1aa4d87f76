package dev.millrace.scheduler.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.schemas.codec.Json;
import dev.millrace.schemas.plan.PlannedTask;
import dev.millrace.schemas.spec.SpecLimits;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class BoundedPlanTest {
    private static final int OVERHEAD = 300;

    private static PlannedTask task(
            String name,
            String test,
            List<String> command,
            Map<String, String> env,
            List<String> artifacts,
            List<String> units) {
        return new PlannedTask(
                0, name, null, test, command, env, artifacts, units, 1_000, null, 0, true, null, null, null, null, null,
                null, 1, 1, "none");
    }

    /** A task that counts for so many bytes. */
    private static PlannedTask taskOf(long bytes) {
        // Three texts with their quotes, two of one character.
        return task("n", "t", List.of("x".repeat((int) bytes - OVERHEAD - 8)), Map.of(), List.of(), List.of());
    }

    private static BoundedPlan planWithRoomFor(long bytes) throws Exception {
        var plan = new BoundedPlan();
        plan.add(taskOf(SpecLimits.MAX_PLAN_BYTES - bytes));
        return plan;
    }

    @Test
    void inPlanShouldHoldExactlyAsManyBytesAsAllowed() throws Exception {
        BoundedPlan plan = planWithRoomFor(1_000);

        plan.add(taskOf(1_000));

        assertThat(plan.size()).isEqualTo(2);
        assertThatThrownBy(() -> plan.add(taskOf(400)))
                .isInstanceOf(PlanBuilder.RejectedException.class)
                .hasMessageContaining("of the first 3 tasks come to more than " + SpecLimits.MAX_PLAN_BYTES);
    }

    @Test
    void inTaskShouldCountAllThatItsTextsTake() throws Exception {
        // Two characters of each kind, and four of a variable; quotes around nine texts.
        PlannedTask task = task("nn", "tt", List.of("c", "c"), Map.of("kk", "vv"), List.of("aa"), List.of("u", "u"));
        BoundedPlan exact = planWithRoomFor(OVERHEAD + 14 + 18);
        BoundedPlan short1 = planWithRoomFor(OVERHEAD + 13 + 18);

        exact.add(task);

        assertThat(exact.all()).hasSize(2);
        assertThatThrownBy(() -> short1.add(task)).isInstanceOf(PlanBuilder.RejectedException.class);
    }

    @Test
    void inTextsThatAreEscapedShouldCountWhatIsWritten() throws Exception {
        var plan = new BoundedPlan();
        PlannedTask task =
                task("n", "t", List.of("c"), Map.of("A", "\ud83d\ude00".repeat(32_500)), List.of(), List.of());
        long written = 0;

        while (true) {
            try {
                plan.add(task);
                written += Json.MAPPER.writeValueAsBytes(task).length;
            } catch (PlanBuilder.RejectedException e) {
                break;
            }
        }

        assertThat(written).isLessThanOrEqualTo(SpecLimits.MAX_PLAN_BYTES);
        assertThat(plan.size()).isPositive();
    }

    @Test
    void inPlanShouldHoldExactlyAsManyTasksAsAllowed() throws Exception {
        var plan = new BoundedPlan();
        PlannedTask task = task("n", "t", List.of("c"), Map.of(), List.of(), List.of());
        for (int i = 0; i < SpecLimits.MAX_TASKS; i++) {
            plan.add(task);
        }

        assertThatThrownBy(() -> plan.add(task)).hasMessageContaining("more than " + SpecLimits.MAX_TASKS + " tasks");
    }
}
