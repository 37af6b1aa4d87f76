package dev.millrace.schemas.topic;

import dev.millrace.schemas.event.EventType;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/** Knows which events each topic carries. The documents that are generated from the topic catalogue use it. */
final class TopicEvents {
    private static final Set<Topic> DISPATCHES = Set.of(Topic.TASKS_URGENT, Topic.TASKS_NORMAL, Topic.TASKS_BULK);

    private TopicEvents() {}

    /** Returns the events of a topic, in the order of the registry. Dispatches belong to three topics, one for each priority. */
    static List<EventType> on(Topic topic) {
        return Arrays.stream(EventType.values())
                .filter(type -> type == EventType.TASK_DISPATCHED ? DISPATCHES.contains(topic) : type.topic() == topic)
                .toList();
    }
}
