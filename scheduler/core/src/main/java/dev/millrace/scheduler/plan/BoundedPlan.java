package dev.millrace.scheduler.plan;

import dev.millrace.schemas.codec.JsonSize;
import dev.millrace.schemas.plan.PlannedTask;
import dev.millrace.schemas.spec.SpecLimits;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The tasks of a plan while it is made, bounded in number and in size: a small spec may stand for a very large plan. */
final class BoundedPlan {
    private static final long TASK_OVERHEAD_BYTES = 300;

    private final List<PlannedTask> tasks = new ArrayList<>();
    private long bytes;

    int size() {
        return tasks.size();
    }

    void add(PlannedTask task) throws PlanBuilder.RejectedException {
        if (tasks.size() == SpecLimits.MAX_TASKS) {
            throw new PlanBuilder.RejectedException(
                    "the job has more than " + SpecLimits.MAX_TASKS + " tasks, which is the most that is accepted");
        }
        bytes += bytes(task);
        if (bytes > SpecLimits.MAX_PLAN_BYTES) {
            throw new PlanBuilder.RejectedException(
                    "the commands and environments of the first " + (tasks.size() + 1)
                            + " tasks come to more than " + SpecLimits.MAX_PLAN_BYTES
                            + " bytes as they are stored, which is the most that is accepted; put what is common into the inputs");
        }
        tasks.add(task);
    }

    static long bytes(PlannedTask task) {
        long bytes = TASK_OVERHEAD_BYTES + JsonSize.of(task.name()) + JsonSize.of(task.test());
        for (List<String> texts : List.of(task.command(), task.artifacts(), task.units())) {
            for (String text : texts) {
                bytes += JsonSize.of(text);
            }
        }
        for (Map.Entry<String, String> entry : task.env().entrySet()) {
            bytes += JsonSize.of(entry.getKey()) + JsonSize.of(entry.getValue());
        }
        return bytes;
    }

    List<PlannedTask> all() {
        return List.copyOf(tasks);
    }
}
