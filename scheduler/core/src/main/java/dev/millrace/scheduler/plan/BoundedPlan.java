package dev.millrace.scheduler.plan;

import dev.millrace.schemas.json.JsonSize;
import dev.millrace.schemas.plan.Plan;
import dev.millrace.schemas.plan.PlannedTask;
import dev.millrace.schemas.spec.SpecLimits;
import java.util.ArrayList;
import java.util.List;

/**
 * The tasks of a plan that is being built, limited in number and in size, because a small spec can produce a very large plan. Both the
 * stored size and the size in memory are limited, because many processes read the plan into memory.
 */
final class BoundedPlan {
    private final List<PlannedTask> tasks = new ArrayList<>();
    private long bytes;
    private long heapBytes;

    /** @param head the plan without tasks */
    BoundedPlan(Plan head) {
        bytes = JsonSize.of(head);
        heapBytes = head.headHeapBytes();
    }

    int size() {
        return tasks.size();
    }

    void add(PlannedTask task) throws PlanBuilder.RejectedException {
        if (tasks.size() == SpecLimits.MAX_TASKS) {
            throw new PlanBuilder.RejectedException(
                    "the job has more than " + SpecLimits.MAX_TASKS + " tasks, which is the most that is accepted");
        }
        // Plus one byte for the comma between two tasks.
        bytes += JsonSize.of(task) + 1;
        if (bytes > SpecLimits.MAX_PLAN_BYTES) {
            throw new PlanBuilder.RejectedException(
                    "the plan of the first " + (tasks.size() + 1) + " tasks takes more than "
                            + SpecLimits.MAX_PLAN_BYTES
                            + " bytes as it is stored, which is the most that is accepted; put what the tasks have in common into the inputs");
        }
        heapBytes += task.heapBytes();
        if (heapBytes > SpecLimits.MAX_PLAN_HEAP_BYTES) {
            throw new PlanBuilder.RejectedException(
                    "the plan of the first " + (tasks.size() + 1) + " tasks takes more than "
                            + SpecLimits.MAX_PLAN_HEAP_BYTES
                            + " bytes of memory, which is the most that is accepted; put lists of short arguments into a file of the inputs");
        }
        tasks.add(task);
    }

    List<PlannedTask> all() {
        return List.copyOf(tasks);
    }
}
