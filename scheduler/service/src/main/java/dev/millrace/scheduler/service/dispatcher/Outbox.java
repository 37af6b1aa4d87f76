package dev.millrace.scheduler.service.dispatcher;

import dev.millrace.platform.kafka.DeadLetter;
import dev.millrace.platform.kafka.EventPublisher;
import dev.millrace.platform.kafka.KafkaSettings;
import dev.millrace.scheduler.decide.Publisher;
import dev.millrace.scheduler.model.Now;
import dev.millrace.schemas.codec.EventCodec;
import dev.millrace.schemas.codec.EventRouting;
import dev.millrace.schemas.event.Event;
import dev.millrace.schemas.event.JobCompleted;
import dev.millrace.schemas.topic.PoolPartitioner;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.jspecify.annotations.Nullable;

/** Encodes events before they are applied, so that a decision that cannot be written is never applied. Used only by the stream thread. */
final class Outbox implements Publisher {
    private static final String SOURCE = "/millrace/scheduler/dispatcher";

    private final KafkaSettings kafka;
    private final TraceContexts traces;
    private final IdentityHashMap<Event, ProducerRecord<String, byte[]>> prepared = new IdentityHashMap<>();

    /** @param traces the trace contexts of the events that are encoded */
    Outbox(KafkaSettings kafka, TraceContexts traces) {
        this.kafka = kafka;
        this.traces = traces;
    }

    @Override
    public void prepare(Event event, Now now) {
        prepared.put(event, encode(event, now.wallMs()));
    }

    /** Returns the prepared records of these decisions, in the same order, and forgets all other prepared records. */
    List<ProducerRecord<String, byte[]>> take(List<Event> decisions) {
        var records = new ArrayList<ProducerRecord<String, byte[]>>(decisions.size());
        for (Event decision : decisions) {
            if (decision instanceof JobCompleted end) {
                traces.ended(end.jobId());
            }
            records.add(Objects.requireNonNull(prepared.get(decision), "decided and never prepared"));
        }
        clear();
        return records;
    }

    /** Forgets all that was prepared. */
    void clear() {
        prepared.clear();
    }

    /** Returns the dead letter for an input that cannot be handled. */
    Record<String, Outgoing> deadLetter(
            Record<byte[], byte[]> input, Optional<RecordMetadata> source, @Nullable String reason) {
        DeadLetter letter = DeadLetter.of(
                source.map(RecordMetadata::topic).orElse(""),
                source.map(RecordMetadata::partition).orElse(-1),
                source.map(RecordMetadata::offset).orElse(-1L),
                input.key() == null ? null : new String(input.key(), StandardCharsets.UTF_8),
                input.value(),
                input.headers(),
                String.valueOf(reason));
        int partition = PoolPartitioner.partition(letter.key(), kafka.keyPartitions());
        return new Record<>(letter.key(), new Outgoing(letter.value(), partition), input.timestamp(), letter.headers());
    }

    /** @throws IllegalArgumentException when the event is too large */
    ProducerRecord<String, byte[]> encode(Event event, long timeMs) {
        return EventCodec.encode(
                SOURCE,
                Instant.ofEpochMilli(timeMs),
                traces.of(event),
                event,
                EventPublisher.partitions(kafka, EventRouting.topicOf(event)));
    }
}
