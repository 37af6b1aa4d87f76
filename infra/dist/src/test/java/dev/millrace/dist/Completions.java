package dev.millrace.dist;

import dev.millrace.platform.kafka.KafkaSettings;
import dev.millrace.schemas.codec.MalformedEventException;
import dev.millrace.schemas.event.Event;
import dev.millrace.schemas.event.JobCompleted;
import dev.millrace.schemas.event.TaskCompleted;
import dev.millrace.schemas.topic.Topic;
import java.util.List;

/** Reads the public completion topic from its beginning, with an ordinary consumer at isolation level read_committed. */
final class Completions {
    private Completions() {}

    static List<Event> ofJob(KafkaSettings kafka, String jobId) throws MalformedEventException {
        return Records.of(kafka, Topic.COMPLETIONS, Event.class).stream()
                .filter(event -> event.key().equals(jobId))
                .toList();
    }

    static List<TaskCompleted> tasks(List<Event> events) {
        return events.stream()
                .filter(TaskCompleted.class::isInstance)
                .map(TaskCompleted.class::cast)
                .toList();
    }

    static List<JobCompleted> jobs(List<Event> events) {
        return events.stream()
                .filter(JobCompleted.class::isInstance)
                .map(JobCompleted.class::cast)
                .toList();
    }
}
