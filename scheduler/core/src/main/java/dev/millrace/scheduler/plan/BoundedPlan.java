package dev.millrace.scheduler.plan;

import dev.millrace.schemas.plan.PlannedTask;
import dev.millrace.schemas.spec.SpecLimits;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The tasks of a plan while it is made, bounded in number and in size: a small spec may stand for a very large plan. */
final class BoundedPlan {
    private static final long TASK_OVERHEAD_CHARS = 300;

    private final List<PlannedTask> tasks = new ArrayList<>();
    private long chars;

    int size() {
        return tasks.size();
    }

    void add(PlannedTask task) throws PlanBuilder.RejectedException {
        if (tasks.size() == SpecLimits.MAX_TASKS) {
            throw new PlanBuilder.RejectedException(
                    "the job has more than " + SpecLimits.MAX_TASKS + " tasks, which is the most that is accepted");
        }
        chars += length(task);
        if (chars > SpecLimits.MAX_PLAN_CHARS) {
            throw new PlanBuilder.RejectedException("the commands and environments of the first " + (tasks.size() + 1)
                    + " tasks come to more than " + SpecLimits.MAX_PLAN_CHARS
                    + " characters, which is the most that is accepted; put what is common into the inputs");
        }
        tasks.add(task);
    }

    private static long length(PlannedTask task) {
        long length = TASK_OVERHEAD_CHARS + task.name().length() + task.test().length();
        for (List<String> texts : List.of(task.command(), task.artifacts(), task.units())) {
            length += texts.stream().mapToLong(String::length).sum();
        }
        for (Map.Entry<String, String> entry : task.env().entrySet()) {
            length += entry.getKey().length() + entry.getValue().length();
        }
        return length;
    }

    List<PlannedTask> all() {
        return List.copyOf(tasks);
    }
}
