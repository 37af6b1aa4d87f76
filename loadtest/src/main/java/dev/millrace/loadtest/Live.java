package dev.millrace.loadtest;

import dev.millrace.schemas.codec.EventCodec;
import dev.millrace.schemas.codec.MalformedEventException;
import dev.millrace.schemas.event.Event;
import dev.millrace.schemas.json.Json;
import dev.millrace.schemas.topic.Topic;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;

/**
 * Access to a running stack for a measurement: sends requests to its gateway, and reads the events that are committed after this object is
 * created. Use it from one thread only.
 */
final class Live implements AutoCloseable {
    private static final long LIMIT_MS = 180_000;

    private final HttpClient http = HttpClient.newHttpClient();
    private final URI gateway;
    private final KafkaConsumer<String, byte[]> consumer;
    private final Consumer<Event> onEvent;

    /** @param onEvent called with each event during {@link #poll}, {@link #pollFor} and {@link #await} */
    Live(String gateway, String kafka, List<Topic> topics, Consumer<Event> onEvent) {
        this.gateway = URI.create(gateway);
        this.onEvent = onEvent;
        Map<String, Object> config = Brokers.consumer(kafka);
        config.put("max.poll.records", "5000");
        this.consumer = new KafkaConsumer<>(config, new StringDeserializer(), new ByteArrayDeserializer());
        var partitions = new ArrayList<TopicPartition>();
        for (Topic topic : topics) {
            consumer.partitionsFor(topic.topicName())
                    .forEach(it -> partitions.add(new TopicPartition(it.topic(), it.partition())));
        }
        consumer.assign(partitions);
        consumer.seekToEnd(partitions);
        partitions.forEach(consumer::position);
    }

    void poll() {
        for (ConsumerRecord<String, byte[]> record : consumer.poll(Duration.ofMillis(10))) {
            try {
                onEvent.accept(
                        EventCodec.decode(record.headers(), record.value()).data());
            } catch (MalformedEventException e) {
                throw new IllegalStateException("an unreadable record at " + record.offset(), e);
            }
        }
    }

    void pollFor(long ms) {
        long end = System.nanoTime() + ms * 1_000_000;
        while (System.nanoTime() < end) {
            poll();
        }
    }

    /** @throws IllegalStateException when {@code condition} does not become true within three minutes */
    void await(String what, BooleanSupplier condition) {
        long end = System.nanoTime() + LIMIT_MS * 1_000_000;
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > end) {
                throw new IllegalStateException("waited in vain for: " + what);
            }
            poll();
        }
    }

    /** Submits a job and returns its id. */
    String submit(String owner, String spec) throws IOException, InterruptedException {
        return exchange("/v1/jobs", owner, "POST", spec);
    }

    void cancel(String jobId) throws IOException, InterruptedException {
        exchange("/v1/jobs/" + jobId + "/cancel", "local", "POST", "{}");
    }

    void put(String path, String body) throws IOException, InterruptedException {
        exchange(path, "local", "PUT", body);
    }

    private String exchange(String path, String owner, String method, String body)
            throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(gateway.resolve(path))
                .header("Content-Type", "application/json")
                .header("Millrace-Owner", owner)
                .method(method, BodyPublishers.ofString(body))
                .build();
        var response = http.send(request, BodyHandlers.ofString());
        if (response.statusCode() != 202) {
            throw new IllegalStateException(path + " answered " + response.statusCode() + ": " + response.body());
        }
        return Json.MAPPER.readTree(response.body()).path("id").asText();
    }

    @Override
    public void close() {
        consumer.close();
    }
}
