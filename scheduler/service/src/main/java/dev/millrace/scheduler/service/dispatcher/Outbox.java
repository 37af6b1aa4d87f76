package dev.millrace.scheduler.service.dispatcher;

import dev.millrace.platform.kafka.EventPublisher;
import dev.millrace.platform.kafka.KafkaSettings;
import dev.millrace.scheduler.decide.Publisher;
import dev.millrace.scheduler.model.Now;
import dev.millrace.schemas.codec.EventCodec;
import dev.millrace.schemas.codec.EventRouting;
import dev.millrace.schemas.event.Event;
import java.time.Instant;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Objects;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * Encodes events while they are decided, so that a decision that cannot be written is never made. Belongs to the stream
 * thread.
 */
final class Outbox implements Publisher {
    private static final String SOURCE = "/millrace/scheduler/dispatcher";

    private final KafkaSettings kafka;
    private final IdentityHashMap<Event, ProducerRecord<String, byte[]>> prepared = new IdentityHashMap<>();

    Outbox(KafkaSettings kafka) {
        this.kafka = kafka;
    }

    @Override
    public void prepare(Event event, Now now) {
        prepared.put(event, encode(event, now.wallMs()));
    }

    /** Returns the records of the decisions, in their order. Whatever else was prepared is forgotten. */
    List<ProducerRecord<String, byte[]>> take(List<Event> decisions) {
        var records = new ArrayList<ProducerRecord<String, byte[]>>(decisions.size());
        for (Event decision : decisions) {
            records.add(Objects.requireNonNull(prepared.get(decision), "decided and never prepared"));
        }
        clear();
        return records;
    }

    /** Forgets all that was prepared. */
    void clear() {
        prepared.clear();
    }

    /** @throws IllegalArgumentException when the event is too large */
    ProducerRecord<String, byte[]> encode(Event event, long timeMs) {
        return EventCodec.encode(
                SOURCE,
                Instant.ofEpochMilli(timeMs),
                null,
                event,
                EventPublisher.partitions(kafka, EventRouting.topicOf(event)));
    }
}
