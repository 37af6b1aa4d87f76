package dev.millrace.scheduler.service.dispatcher;

import dev.millrace.platform.config.Settings;
import dev.millrace.platform.kafka.KafkaSettings;
import dev.millrace.scheduler.service.settings.SchedulerSettings;
import dev.millrace.schemas.Ids;
import dev.millrace.schemas.blob.Digest;
import dev.millrace.schemas.codec.EventCodec;
import dev.millrace.schemas.codec.EventEnvelope;
import dev.millrace.schemas.codec.EventRouting;
import dev.millrace.schemas.codec.MalformedEventException;
import dev.millrace.schemas.event.AttemptFinished;
import dev.millrace.schemas.event.AttemptResult;
import dev.millrace.schemas.event.AttemptStarted;
import dev.millrace.schemas.event.Event;
import dev.millrace.schemas.event.ExecutorHeartbeat;
import dev.millrace.schemas.event.ExecutorOnline;
import dev.millrace.schemas.event.JobCancelRequested;
import dev.millrace.schemas.event.JobCompleted;
import dev.millrace.schemas.event.JobPlanned;
import dev.millrace.schemas.event.JobSubmitted;
import dev.millrace.schemas.event.Needs;
import dev.millrace.schemas.event.Outcome;
import dev.millrace.schemas.event.Priority;
import dev.millrace.schemas.event.TaskCompleted;
import dev.millrace.schemas.event.TaskDispatched;
import dev.millrace.schemas.event.TaskQueued;
import dev.millrace.schemas.event.Tick;
import dev.millrace.schemas.topic.Topic;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Random;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.TestOutputTopic;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.state.KeyValueBytesStoreSupplier;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.Stores;
import org.apache.kafka.streams.test.TestRecord;
import org.jspecify.annotations.Nullable;

/**
 * Runs the real topology in the test driver of Kafka Streams. Simulated executors report the start and the end of each attempt. The seed
 * determines the whole run.
 */
final class TopologyCluster implements AutoCloseable {
    private static final String POOL = "default";
    private static final List<Topic> OUTPUTS = List.of(
            Topic.TASKS_URGENT,
            Topic.TASKS_NORMAL,
            Topic.TASKS_BULK,
            Topic.COMPLETIONS,
            Topic.EXECUTORS,
            Topic.DEAD_LETTERS);

    private final Random random;
    private final SchedulerSettings settings;
    private final KafkaSettings kafka = new KafkaSettings("nowhere:1", 1, 1, 1, 1_000, true, null);
    private final Map<String, Integer> verdicts = new HashMap<>();
    private final List<JobCompleted> ends = new ArrayList<>();
    private final List<String> dead = new ArrayList<>();
    private int ticks;
    private final List<Event> reports = new ArrayList<>();
    private final Map<Topic, TestInputTopic<byte[], byte[]>> inputs = new EnumMap<>(Topic.class);
    private final Map<Topic, TestOutputTopic<String, byte[]>> outputs = new EnumMap<>(Topic.class);
    private final Map<String, byte[]> stored = new HashMap<>();
    private final List<EventEnvelope> published = new ArrayList<>();
    private int dispatched;
    private TopologyTestDriver driver;
    private Instant now = Instant.ofEpochMilli(1_000_000);

    TopologyCluster(long seed) {
        this(seed, Map.of());
    }

    TopologyCluster(long seed, Map<String, String> configured) {
        settings = SchedulerSettings.from(Settings.of(configured), Path.of("unused"));
        random = new Random(seed);
        driver = open();
    }

    private TopologyTestDriver open() {
        var properties = new Properties();
        properties.put(StreamsConfig.APPLICATION_ID_CONFIG, "topology-test");
        properties.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, "nowhere:1");
        var opened = new TopologyTestDriver(
                Dispatcher.topology(
                        settings,
                        kafka,
                        new DispatchMetrics(new SimpleMeterRegistry()),
                        new DispatchProgress(),
                        new Restored(stored)),
                properties,
                now);
        for (Topic topic : List.of(Topic.JOBS, Topic.QUEUE, Topic.ATTEMPTS, Topic.EXECUTORS)) {
            inputs.put(
                    topic,
                    opened.createInputTopic(topic.topicName(), new ByteArraySerializer(), new ByteArraySerializer()));
        }
        for (Topic topic : OUTPUTS) {
            outputs.put(
                    topic,
                    opened.createOutputTopic(topic.topicName(), new StringDeserializer(), new ByteArrayDeserializer()));
        }
        return opened;
    }

    /** Restarts the dispatcher with the content of its store. */
    void restart() {
        restart(entries -> {});
    }

    /** Restarts the dispatcher with the content of its store after {@code change}. */
    void restart(Consumer<Map<String, byte[]>> change) {
        stored.clear();
        try (var all = driver.<String, byte[]>getKeyValueStore(PoolStore.NAME).all()) {
            all.forEachRemaining(entry -> stored.put(entry.key, entry.value));
        }
        change.accept(stored);
        driver.close();
        driver = open();
    }

    /** Creates stores that already contain {@code entries}, as if they were restored from a changelog. */
    private record Restored(Map<String, byte[]> entries) implements KeyValueBytesStoreSupplier {
        @Override
        public String name() {
            return PoolStore.NAME;
        }

        @Override
        public KeyValueStore<Bytes, byte[]> get() {
            KeyValueStore<Bytes, byte[]> store =
                    Stores.inMemoryKeyValueStore(PoolStore.NAME).get();
            entries.forEach((key, value) -> store.put(Bytes.wrap(key.getBytes(StandardCharsets.UTF_8)), value));
            return store;
        }

        @Override
        public String metricsScope() {
            return "restored";
        }
    }

    void give(Event event) {
        give(event, null);
    }

    /** @param traceparent the trace context of the event; null for none */
    void give(Event event, @Nullable String traceparent) {
        ProducerRecord<String, byte[]> encoded =
                EventCodec.encode(EventCodec.envelope("/test", now, traceparent, event), 1);
        input(EventRouting.topicOf(event))
                .pipeInput(new TestRecord<>(
                        encoded.key().getBytes(StandardCharsets.UTF_8), encoded.value(), encoded.headers(), now));
        collect();
    }

    void giveNonsense(Topic topic) {
        byte[] nonsense = new byte[random.nextInt(40)];
        random.nextBytes(nonsense);
        input(topic).pipeInput(new TestRecord<>(nonsense, nonsense, now));
        collect();
    }

    private TestInputTopic<byte[], byte[]> input(Topic topic) {
        TestInputTopic<byte[], byte[]> input = inputs.get(topic);
        if (input == null) {
            throw new IllegalArgumentException(topic + " is no input");
        }
        return input;
    }

    void tick() {
        now = now.plusMillis(settings.tickMs());
        driver.advanceWallClockTime(Duration.ofMillis(settings.tickMs()));
        collect();
    }

    /** Submits a job and its plan, but not its tasks. Returns the digest of the plan. */
    Digest plan(String jobId, int tasks, @Nullable Long taskBytes) {
        return plan(POOL, jobId, tasks, taskBytes);
    }

    private Digest plan(String pool, String jobId, int tasks, @Nullable Long taskBytes) {
        Digest plan = Digest.of(jobId.getBytes(StandardCharsets.UTF_8));
        give(new JobSubmitted(jobId, pool, "owner", "name", "project", Priority.NORMAL, plan, now.toEpochMilli()));
        give(new JobPlanned(
                jobId,
                pool,
                "owner",
                "name",
                "project",
                Priority.NORMAL,
                plan,
                plan,
                tasks,
                now.toEpochMilli(),
                null,
                taskBytes));
        return plan;
    }

    void submit(String jobId, int tasks, int retries) {
        submit(jobId, tasks, retries, index -> Needs.NOTHING);
    }

    void submit(String jobId, int tasks, int retries, IntFunction<Needs> needs) {
        submit(POOL, jobId, tasks, retries, needs);
    }

    void submit(String pool, String jobId, int tasks, int retries, IntFunction<Needs> needs) {
        Digest plan = plan(pool, jobId, tasks, null);
        for (int i = 0; i < tasks; i++) {
            give(new TaskQueued(
                    Ids.taskId(jobId, i),
                    jobId,
                    pool,
                    i,
                    plan,
                    "t" + i,
                    "project/-/t" + i,
                    1_000,
                    2_000L,
                    "",
                    retries,
                    true,
                    null,
                    needs.apply(i),
                    null));
        }
    }

    void online(String id, int slots) {
        give(new ExecutorOnline(id, POOL, "life of " + id, slots, "host", Map.of(), null, null));
    }

    void beat(String... ids) {
        for (String id : ids) {
            give(new ExecutorHeartbeat(id, POOL, "life of " + id, 0, "", null));
        }
    }

    /** Sends the pending reports of the executors in random order, and some of them twice. */
    void report() {
        for (int i = reports.size(); i > 0; i--) {
            Event report = reports.remove(random.nextInt(reports.size()));
            give(report);
            if (random.nextInt(10) == 0) {
                give(report);
            }
        }
    }

    private void collect() {
        for (TestOutputTopic<String, byte[]> output : outputs.values()) {
            for (TestRecord<String, byte[]> record : output.readRecordsToList()) {
                if (output.equals(outputs.get(Topic.DEAD_LETTERS))) {
                    dead.add("put aside");
                    continue;
                }
                try {
                    EventEnvelope envelope = EventCodec.decode(record.headers(), record.value());
                    published.add(envelope);
                    take(envelope.data());
                } catch (MalformedEventException e) {
                    throw new AssertionError("published what cannot be read", e);
                }
            }
        }
    }

    private void take(Event event) {
        if (event instanceof TaskDispatched it) {
            dispatched++;
            Outcome outcome = random.nextInt(5) == 0 ? Outcome.FAILED : Outcome.PASSED;
            reports.add(new AttemptStarted(
                    it.taskId(), it.jobId(), POOL, it.attempt(), it.epoch(), it.executorId(), it.incarnation(), 0, 0));
            reports.add(new AttemptFinished(
                    it.taskId(),
                    it.jobId(),
                    POOL,
                    it.attempt(),
                    it.epoch(),
                    it.executorId(),
                    it.incarnation(),
                    AttemptResult.empty(outcome, 0, null, 0, 10)));
        } else if (event instanceof TaskCompleted it) {
            verdicts.merge(it.taskId() + " run " + it.run(), 1, Integer::sum);
        } else if (event instanceof JobCompleted it) {
            ends.add(it);
        } else if (event instanceof Tick) {
            ticks++;
        }
    }

    /** Returns all events that were published so far. */
    List<EventEnvelope> published() {
        return published;
    }

    int dispatched() {
        return dispatched;
    }

    Map<String, Integer> verdicts() {
        return verdicts;
    }

    List<JobCompleted> ends() {
        return ends;
    }

    /** Returns the keys of all entries in the store. */
    List<String> stored() {
        var keys = new ArrayList<String>();
        try (var all = driver.<String, byte[]>getKeyValueStore(PoolStore.NAME).all()) {
            all.forEachRemaining(entry -> keys.add(entry.key));
        }
        return keys;
    }

    /** Returns the original keys of the store entries that were set aside. */
    List<String> aside() {
        return stored().stream()
                .filter(key -> key.startsWith("#aside/"))
                .map(key -> key.substring("#aside/".length()))
                .toList();
    }

    void cancel(String jobId) {
        give(new JobCancelRequested(jobId, POOL, "owner", "not needed"));
    }

    /** Returns how many ticks were published so far. */
    int ticks() {
        return ticks;
    }

    /** Returns how many records went to the dead letters. */
    int dead() {
        return dead.size();
    }

    @Override
    public void close() {
        driver.close();
    }
}
