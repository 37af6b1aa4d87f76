package dev.millrace.schemas.topic;

import dev.millrace.schemas.event.EventType;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/** Which events each topic carries, for the documents generated from the catalogue. */
final class TopicEvents {
    private static final Set<Topic> DISPATCHES = Set.of(Topic.TASKS_URGENT, Topic.TASKS_NORMAL, Topic.TASKS_BULK);

    private TopicEvents() {}

    /** The events of a topic, in the order of the registry. Dispatches are on three topics, by priority. */
    static List<EventType> on(Topic topic) {
        return Arrays.stream(EventType.values())
                .filter(type -> type == EventType.TASK_DISPATCHED ? DISPATCHES.contains(topic) : type.topic() == topic)
                .toList();
    }
}
