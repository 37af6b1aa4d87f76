package dev.millrace.dist;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;

class PoisonIT {
    private static final List<String> TOPICS = List.of(
            "millrace.jobs.v1",
            "millrace.queue.v1",
            "millrace.attempts.v1",
            "millrace.executors.v1",
            "millrace.decisions.v1");

    private final SharedStack stack = SharedStack.get();

    /**
     * Returns records that are not events: one without headers, one with only one header of an event, one whose headers are null, and one
     * that is too large to be copied whole to the dead letters.
     */
    private static List<ProducerRecord<String, byte[]>> poisons(String topic, int partition, String marker) {
        byte[] bytes = marker.getBytes(StandardCharsets.UTF_8);
        var halfAnEvent = new ProducerRecord<>(topic, partition, marker, bytes);
        halfAnEvent.headers().add("ce_specversion", "1.0".getBytes(StandardCharsets.UTF_8));
        var nullHeaders = new ProducerRecord<>(topic, partition, marker, bytes);
        nullHeaders.headers().add("ce_specversion", null).add("content-type", null);
        return List.of(
                new ProducerRecord<>(topic, partition, marker, bytes),
                halfAnEvent,
                nullHeaders,
                new ProducerRecord<>(topic, partition, marker, new byte[3 << 20]));
    }

    private void poison(String marker) throws Exception {
        var config = new TreeMap<String, Object>(stack.platform().kafka().connection());
        config.put("max.request.size", 8 << 20);
        config.put("compression.type", "gzip");
        try (var producer = new KafkaProducer<>(config, new StringSerializer(), new ByteArraySerializer())) {
            for (String topic : TOPICS) {
                for (int partition = 0; partition < stack.platform().kafka().poolPartitions(); partition++) {
                    for (ProducerRecord<String, byte[]> record : poisons(topic, partition, marker)) {
                        producer.send(record).get();
                    }
                }
            }
        }
    }

    /** Returns the original topic and the reason of each dead letter whose key is the marker. */
    private List<String> buried(String marker) {
        var buried = new ArrayList<String>();
        var config = new TreeMap<String, Object>(stack.platform().kafka().connection());
        config.put("isolation.level", "read_committed");
        try (var consumer = new KafkaConsumer<>(config, new StringDeserializer(), new ByteArrayDeserializer())) {
            var partitions = consumer.partitionsFor("millrace.dead-letters.v1").stream()
                    .map(it -> new TopicPartition(it.topic(), it.partition()))
                    .collect(Collectors.toSet());
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            var ends = consumer.endOffsets(partitions);
            while (partitions.stream().anyMatch(it -> consumer.position(it) < ends.getOrDefault(it, 0L))) {
                for (ConsumerRecord<String, byte[]> record : consumer.poll(Duration.ofMillis(200))) {
                    if (marker.equals(record.key())) {
                        var headers = record.headers();
                        buried.add(new String(
                                        headers.lastHeader("millrace-dead-topic")
                                                .value(),
                                        StandardCharsets.UTF_8) + ": "
                                + new String(
                                        headers.lastHeader("millrace-dead-reason")
                                                .value(),
                                        StandardCharsets.UTF_8));
                    }
                }
            }
        }
        return buried;
    }

    @Test
    void inRecordsThatAreNoEventsShouldPutThemAsideWithTheReasonAndGoOn() throws Exception {
        String marker = "poison-" + System.nanoTime();

        poison(marker);

        await("everything is put aside").atMost(Duration.ofSeconds(30)).untilAsserted(() -> {
            List<String> dead = buried(marker);
            for (String topic : TOPICS) {
                assertThat(dead.stream().filter(it -> it.startsWith(topic + ": not a CloudEvent")))
                        .as(topic)
                        .hasSizeGreaterThanOrEqualTo(12);
                assertThat(dead.stream().filter(it -> it.startsWith(topic + ": the record has 3145728 bytes")))
                        .as(topic)
                        .hasSizeGreaterThanOrEqualTo(4);
            }
        });
        var run = stack.millrace(
                "run",
                SharedStack.ROOT.resolve("examples/hello/job.yaml").toString(),
                "-d",
                SharedStack.SCRATCH.resolve("poison").toString());
        assertThat(run.exitCode()).as(run.err()).isZero();
    }
}
