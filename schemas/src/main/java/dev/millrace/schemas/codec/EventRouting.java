package dev.millrace.schemas.codec;

import dev.millrace.schemas.Ids;
import dev.millrace.schemas.event.AttemptRevoked;
import dev.millrace.schemas.event.Event;
import dev.millrace.schemas.event.EventType;
import dev.millrace.schemas.event.GenerationStarted;
import dev.millrace.schemas.event.OfJob;
import dev.millrace.schemas.event.PoolEvent;
import dev.millrace.schemas.event.TaskDispatched;
import dev.millrace.schemas.event.Tick;
import dev.millrace.schemas.topic.PoolPartitioner;
import dev.millrace.schemas.topic.Topic;
import org.jspecify.annotations.Nullable;

/** Maps events to topics, partitions and jobs. */
public final class EventRouting {
    private EventRouting() {}

    /** The topic {@code event} is published on. */
    public static Topic topicOf(Event event) {
        if (event instanceof TaskDispatched dispatched) {
            return switch (dispatched.priority()) {
                case URGENT -> Topic.TASKS_URGENT;
                case NORMAL -> Topic.TASKS_NORMAL;
                case BULK -> Topic.TASKS_BULK;
            };
        }
        return EventType.of(event).topic();
    }

    /**
     * Returns the id of the job that an event belongs to, or null if it belongs to none. The event's key is not enough to find the job,
     * because an owner may have a name that looks like a job id.
     */
    public static @Nullable String jobOf(Event event) {
        if (event instanceof OfJob ofJob) {
            return ofJob.jobId();
        }
        return event instanceof AttemptRevoked revoked && Ids.isTaskId(revoked.taskId())
                ? Ids.jobOfTask(revoked.taskId())
                : null;
    }

    /** Returns the partition of the event's topic that {@code event} belongs to; the topic has {@code partitions} partitions. */
    public static int partitionOf(Event event, int partitions) {
        if (event instanceof Tick tick) {
            return tick.partition();
        }
        if (event instanceof GenerationStarted started) {
            return started.partition();
        }
        if (topicOf(event).partitioning() == Topic.Partitioning.POOL && event instanceof PoolEvent pooled) {
            return PoolPartitioner.partition(pooled.pool(), partitions);
        }
        return PoolPartitioner.partition(event.key(), partitions);
    }
}
