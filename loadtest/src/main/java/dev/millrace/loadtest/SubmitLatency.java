package dev.millrace.loadtest;

import dev.millrace.schemas.codec.EventCodec;
import dev.millrace.schemas.codec.MalformedEventException;
import dev.millrace.schemas.event.AttemptFinished;
import dev.millrace.schemas.event.AttemptStarted;
import dev.millrace.schemas.event.Event;
import dev.millrace.schemas.event.JobCompleted;
import dev.millrace.schemas.event.JobSubmitted;
import dev.millrace.schemas.event.TaskDispatched;
import dev.millrace.schemas.event.TaskQueued;
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
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;

/**
 * Submits jobs of one task to an idle stack, one after the other, and reports how the time from the request to the start of the process is
 * divided into steps. The stack and this client must run on one machine, so that all times are from one clock: the client's own time, the
 * append times of the records, and the start time that the executor reports, all in whole milliseconds. Usage: {@code GATEWAY KAFKA JOBS}.
 */
public final class SubmitLatency {
    private static final int WARM_UP = 20;
    private static final List<String> HOPS = List.of(
            "request to JobSubmitted on the log",
            "planned and TaskQueued on the log",
            "TaskDispatched on the log",
            "process started");

    private SubmitLatency() {}

    /** The time of each step of one job, in milliseconds since the epoch. */
    private static final class Steps {
        long requested;
        long submitted;
        long queued;
        long dispatched;
        long started;
        long completed;

        long[] hops() {
            return new long[] {submitted - requested, queued - submitted, dispatched - queued, started - dispatched};
        }

        long total() {
            return started - requested;
        }
    }

    public static void main(String[] args) throws Exception {
        URI gateway = URI.create(args[0]);
        int jobs = Integer.parseInt(args[2]);
        Map<String, Steps> steps = new HashMap<>();
        List<String> measured = new ArrayList<>();
        HttpClient http = HttpClient.newHttpClient();
        long begin = System.currentTimeMillis();
        for (int i = 0; i < WARM_UP + jobs; i++) {
            var step = new Steps();
            step.requested = System.currentTimeMillis();
            String id = submit(http, gateway);
            steps.put(id, step);
            if (i >= WARM_UP) {
                measured.add(id);
            }
            TimeUnit.MILLISECONDS.sleep(300);
        }
        TimeUnit.SECONDS.sleep(2);
        readTopics(args[1], begin, steps);
        print(measured.stream().map(steps::get).toList());
    }

    private static String submit(HttpClient http, URI gateway) throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(gateway.resolve("/v1/jobs"))
                .header("Content-Type", "application/json")
                .POST(
                        BodyPublishers.ofString(
                                "{\"apiVersion\":\"millrace.dev/v1\",\"name\":\"latency\",\"tasks\":[{\"id\":\"t\",\"command\":[\"true\"]}]}"))
                .build();
        var response = http.send(request, BodyHandlers.ofString());
        if (response.statusCode() != 202) {
            throw new IOException("not accepted: " + response.body());
        }
        return Json.MAPPER.readTree(response.body()).path("id").asText();
    }

    private static void readTopics(String kafka, long fromMs, Map<String, Steps> steps) throws MalformedEventException {
        Map<String, Object> config = Brokers.consumer(kafka);
        try (var consumer =
                new KafkaConsumer<String, byte[]>(config, new StringDeserializer(), new ByteArrayDeserializer())) {
            var partitions = Arrays.stream(Topic.values())
                    .filter(topic -> topic != Topic.EXECUTORS && topic != Topic.LOGS)
                    .flatMap(topic -> consumer.partitionsFor(topic.topicName()).stream())
                    .map(it -> new TopicPartition(it.topic(), it.partition()))
                    .collect(Collectors.toSet());
            consumer.assign(partitions);
            var ends = consumer.endOffsets(partitions);
            consumer.offsetsForTimes(partitions.stream().collect(Collectors.toMap(it -> it, it -> fromMs)))
                    .forEach((partition, at) ->
                            consumer.seek(partition, at == null ? ends.getOrDefault(partition, 0L) : at.offset()));
            while (partitions.stream().anyMatch(it -> consumer.position(it) < ends.getOrDefault(it, 0L))) {
                for (ConsumerRecord<String, byte[]> record : consumer.poll(Duration.ofMillis(500))) {
                    note(EventCodec.decode(record.headers(), record.value()).data(), record.timestamp(), steps);
                }
            }
        }
    }

    private static void note(Event event, long appendedMs, Map<String, Steps> steps) {
        if (event instanceof JobSubmitted it && steps.get(it.jobId()) != null) {
            steps.get(it.jobId()).submitted = appendedMs;
        } else if (event instanceof TaskQueued it && steps.get(it.jobId()) != null) {
            steps.get(it.jobId()).queued = appendedMs;
        } else if (event instanceof TaskDispatched it && steps.get(it.jobId()) != null) {
            steps.get(it.jobId()).dispatched = appendedMs;
        } else if (event instanceof AttemptStarted it && steps.get(it.jobId()) != null) {
            steps.get(it.jobId()).started = it.startedAtMs();
        } else if (event instanceof AttemptFinished it && steps.get(it.jobId()) != null) {
            // The executor reports the start of a brief task together with its end.
            steps.get(it.jobId()).started = it.result().startedAtMs();
        } else if (event instanceof JobCompleted it && steps.get(it.jobId()) != null) {
            steps.get(it.jobId()).completed = appendedMs;
        }
    }

    private static void print(List<Steps> steps) {
        long[] totals = steps.stream().mapToLong(Steps::total).sorted().toArray();
        System.out.printf(
                "submit to first process start over %d jobs: p50 %d ms, p99 %d ms%n",
                totals.length, at(totals, 50), at(totals, 99));
        double sum = Arrays.stream(totals).sum();
        for (int hop = 0; hop < HOPS.size(); hop++) {
            int index = hop;
            long[] times =
                    steps.stream().mapToLong(it -> it.hops()[index]).sorted().toArray();
            System.out.printf(
                    "  %-36s p50 %3d ms  p99 %3d ms  %4.1f %%%n",
                    HOPS.get(hop),
                    at(times, 50),
                    at(times, 99),
                    100 * Arrays.stream(times).sum() / sum);
        }
        long[] ends = steps.stream()
                .mapToLong(it -> it.completed - it.started)
                .sorted()
                .toArray();
        System.out.printf(
                "process start to JobCompleted on the log: p50 %d ms, p99 %d ms%n", at(ends, 50), at(ends, 99));
    }

    private static long at(long[] sorted, int percentile) {
        return sorted[Math.min(sorted.length - 1, sorted.length * percentile / 100)];
    }
}
