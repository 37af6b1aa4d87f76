package dev.millrace.platform.kafka;

import dev.millrace.schemas.codec.EventCodec;
import dev.millrace.schemas.codec.EventRouting;
import dev.millrace.schemas.event.Event;
import dev.millrace.schemas.topic.Topic;
import java.time.Clock;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;

/**
 * Publishes events with a plain Kafka producer. Thread-safe. Each publish completes when Kafka has stored the record, or fails within the
 * delivery timeout. When the producer's buffer is full, {@link #publish} itself may block for that time, so code on an event loop must call
 * it on a worker thread.
 */
public final class EventPublisher implements AutoCloseable {
    private final KafkaSettings settings;
    private final String source;
    private final Clock clock;
    private final Producer<String, byte[]> producer;

    public EventPublisher(KafkaSettings settings, String service, String id, Clock clock) {
        this(settings, service, id, 0, clock);
    }

    /** @param gatherMs how long an event may wait to be sent together with later ones */
    public EventPublisher(KafkaSettings settings, String service, String id, int gatherMs, Clock clock) {
        this.settings = settings;
        this.source = "/millrace/" + service + "/" + id;
        this.clock = clock;
        Map<String, String> config = new HashMap<>(settings.producer("millrace-" + service + "-" + id));
        config.put("linger.ms", Integer.toString(gatherMs));
        this.producer = new KafkaProducer<>(Map.copyOf(config));
    }

    public CompletionStage<Void> publish(Event event) {
        return publish(event, null);
    }

    public CompletionStage<Void> publish(Event event, @Nullable String traceparent) {
        var acknowledged = new CompletableFuture<Void>();
        try {
            ProducerRecord<String, byte[]> record = EventCodec.encode(
                    source, clock.instant(), traceparent, event, partitions(settings, EventRouting.topicOf(event)));
            var unused = producer.send(record, (metadata, failure) -> {
                if (failure == null) {
                    acknowledged.complete(null);
                } else {
                    acknowledged.completeExceptionally(failure);
                }
            });
        } catch (RuntimeException e) {
            acknowledged.completeExceptionally(e);
        }
        return acknowledged;
    }

    /** Waits until everything published so far is acknowledged or has failed. */
    public void flush() {
        producer.flush();
    }

    public static int partitions(KafkaSettings settings, Topic topic) {
        return topic.partitioning() == Topic.Partitioning.POOL ? settings.poolPartitions() : settings.keyPartitions();
    }

    @Override
    public void close() {
        producer.close(java.time.Duration.ofSeconds(2));
    }
}
