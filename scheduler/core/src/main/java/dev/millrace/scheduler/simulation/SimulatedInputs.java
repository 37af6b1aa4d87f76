package dev.millrace.scheduler.simulation;

import dev.millrace.schemas.Ids;
import dev.millrace.schemas.blob.Digest;
import dev.millrace.schemas.event.Event;
import dev.millrace.schemas.event.JobPlanned;
import dev.millrace.schemas.event.JobSubmitted;
import dev.millrace.schemas.event.TaskQueued;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Creates the inputs that announce a simulated job: its submission, its plan and its tasks. Pure. */
final class SimulatedInputs {
    private SimulatedInputs() {}

    static List<Event> of(String pool, String jobId, SimulatedJob job, long nowMs) {
        Digest plan = Digest.of(jobId.getBytes(StandardCharsets.UTF_8));
        int tasks = job.tasks().size();
        var inputs = new ArrayList<Event>();
        inputs.add(new JobSubmitted(jobId, pool, job.owner(), jobId, jobId, job.priority(), plan, nowMs));
        inputs.add(new JobPlanned(
                jobId,
                pool,
                job.owner(),
                jobId,
                jobId,
                job.priority(),
                plan,
                plan,
                tasks,
                nowMs,
                job.failFast(),
                null));
        for (int i = 0; i < tasks; i++) {
            inputs.add(queued(pool, jobId, i, plan, job.tasks().get(i)));
        }
        return inputs;
    }

    private static TaskQueued queued(String pool, String jobId, int index, Digest plan, SimulatedTask task) {
        String name = Integer.toString(index);
        return new TaskQueued(
                Ids.taskId(jobId, index),
                jobId,
                pool,
                index,
                plan,
                name,
                name,
                task.estimateMs(),
                task.upperMs() == 0 ? null : task.upperMs(),
                "",
                task.retries(),
                task.gating(),
                task.repeatable() ? null : false,
                task.needs().isNothing() ? null : task.needs(),
                null);
    }
}
