package dev.millrace.schemas.codec;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonMappingException;
import dev.millrace.schemas.Ids;
import dev.millrace.schemas.event.Event;
import dev.millrace.schemas.event.EventType;
import dev.millrace.schemas.json.FieldRules;
import dev.millrace.schemas.json.Json;
import dev.millrace.schemas.topic.Topic;
import io.cloudevents.CloudEvent;
import io.cloudevents.core.builder.CloudEventBuilder;
import io.cloudevents.kafka.KafkaMessageFactory;
import java.io.IOException;
import java.net.URI;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Objects;
import java.util.stream.Collectors;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/** Events as CloudEvents 1.0 in Kafka's binary content mode: attributes in {@code ce_} headers, JSON data as the value. */
public final class EventCodec {
    /** The largest size of an event's data. Producers refuse larger data; readers reject a larger record as malformed. */
    public static final int MAX_EVENT_BYTES = 256 * 1024;

    private EventCodec() {}

    /** Returns an envelope whose id depends on the event alone: equal events get the same id. */
    public static EventEnvelope envelope(String source, Instant time, @Nullable String traceparent, Event data) {
        String type = EventType.of(data).wireName();
        return new EventEnvelope(id(type, toJson(data)), source, time, traceparent, data);
    }

    private static String id(String type, byte[] json) {
        return Ids.hash(type, new String(json, UTF_8)).substring(0, 32);
    }

    /** Does the same as {@link #encode(EventEnvelope, int)} with the result of {@link #envelope}, but serializes the data only once. */
    public static ProducerRecord<String, byte[]> encode(
            String source, Instant time, @Nullable String traceparent, Event data, int partitions) {
        byte[] json = toJson(data);
        String id = id(EventType.of(data).wireName(), json);
        return encode(new EventEnvelope(id, source, time, traceparent, data), json, partitions);
    }

    /**
     * Returns the record for {@code envelope}, addressed to the event's topic and partition; see {@link EventRouting}.
     *
     * @param partitions partition count of that topic
     * @throws IllegalArgumentException when the data is larger than {@link #MAX_EVENT_BYTES}
     */
    public static ProducerRecord<String, byte[]> encode(EventEnvelope envelope, int partitions) {
        return encode(envelope, toJson(envelope.data()), partitions);
    }

    private static ProducerRecord<String, byte[]> encode(EventEnvelope envelope, byte[] json, int partitions) {
        Event data = envelope.data();
        if (json.length > MAX_EVENT_BYTES) {
            throw new IllegalArgumentException("an event of type "
                    + envelope.type().wireName() + " has " + json.length + " bytes; at most " + MAX_EVENT_BYTES
                    + " are allowed");
        }
        CloudEventBuilder builder = CloudEventBuilder.v1()
                .withId(envelope.id())
                .withSource(URI.create(envelope.source()))
                .withType(envelope.type().wireName())
                .withSubject(data.key())
                .withTime(envelope.time().atOffset(ZoneOffset.UTC))
                .withData("application/json", json);
        if (envelope.traceparent() != null) {
            builder = builder.withExtension("traceparent", envelope.traceparent());
        }
        Topic topic = EventRouting.topicOf(data);
        return KafkaMessageFactory.createWriter(
                        topic.topicName(), EventRouting.partitionOf(data, partitions), data.key())
                .writeBinary(builder.build());
    }

    /**
     * @throws MalformedEventException when the record is not an event of a known type, a required field is missing, or a name has the wrong
     *     form
     */
    public static EventEnvelope decode(Headers headers, byte @Nullable [] value) throws MalformedEventException {
        if (value == null) {
            throw new MalformedEventException("the record has no value");
        }
        if (value.length > MAX_EVENT_BYTES) {
            throw new MalformedEventException(
                    "the record has " + value.length + " bytes; at most " + MAX_EVENT_BYTES + " are accepted");
        }
        CloudEvent cloudEvent = readCloudEvent(headers, value);
        EventType type = EventType.named(cloudEvent.getType())
                .orElseThrow(() -> new MalformedEventException("unknown event type '" + cloudEvent.getType() + "'"));
        Event data = readData(type, value);
        var time = cloudEvent.getTime();
        return new EventEnvelope(
                cloudEvent.getId(),
                cloudEvent.getSource().toString(),
                time == null ? Instant.EPOCH : time.toInstant(),
                (String) cloudEvent.getExtension("traceparent"),
                data);
    }

    /** Returns the data of an event as JSON. */
    public static byte[] toJson(Event data) {
        try {
            return Json.MAPPER.writeValueAsBytes(data);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("events are always writable as JSON", e);
        }
    }

    /** Reads the data of an event of {@code type} from JSON. */
    public static Event readData(EventType type, byte[] json) throws MalformedEventException {
        Event data;
        try {
            data = Json.MAPPER.readValue(json, type.recordClass());
        } catch (JsonMappingException e) {
            String field = e.getPath().stream()
                    .map(JsonMappingException.Reference::getFieldName)
                    .filter(Objects::nonNull)
                    .collect(Collectors.joining("."));
            throw new MalformedEventException("not a " + type.wireName() + ": '" + field + "': " + firstLine(e), e);
        } catch (IOException | RuntimeException e) {
            throw new MalformedEventException("not a " + type.wireName() + ": " + firstLine(e), e);
        }
        if (data == null) {
            throw new MalformedEventException("not a " + type.wireName() + ": null");
        }
        var broken = FieldRules.firstBroken(data);
        if (broken.isPresent()) {
            throw new MalformedEventException("not a " + type.wireName() + ": " + broken.get());
        }
        return data;
    }

    private static CloudEvent readCloudEvent(Headers headers, byte[] value) throws MalformedEventException {
        try {
            return KafkaMessageFactory.createReader(headers, value).toEvent();
        } catch (RuntimeException e) {
            // The SDK has its own exception type for some malformed records only; for others it throws arbitrary
            // runtime exceptions.
            throw new MalformedEventException("not a CloudEvent: " + firstLine(e), e);
        }
    }

    private static String firstLine(Exception e) {
        String message = String.valueOf(e.getMessage());
        return message.lines().findFirst().orElse("").strip();
    }
}
