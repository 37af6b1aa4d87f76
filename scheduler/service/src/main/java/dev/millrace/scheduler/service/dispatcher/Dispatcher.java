package dev.millrace.scheduler.service.dispatcher;

import dev.millrace.platform.kafka.HangingTransactions;
import dev.millrace.platform.kafka.KafkaSettings;
import dev.millrace.platform.work.Recurring;
import dev.millrace.scheduler.service.settings.SchedulerSettings;
import dev.millrace.schemas.topic.Topic;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.CloseOptions;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.apache.kafka.streams.processor.internals.DefaultKafkaClientSupplier;
import org.apache.kafka.streams.state.KeyValueBytesStoreSupplier;
import org.apache.kafka.streams.state.Stores;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The dispatcher, with exactly-once processing and failover within seconds. ADR 0002 gives the reasons for its settings. Start and close
 * from one thread.
 */
public final class Dispatcher implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Dispatcher.class);
    private static final String APPLICATION = "millrace-dispatcher";
    private static final int GATHER_MS = 100;
    private static final int READING_COMMIT_MS = 1_000;
    private static final long CARE_MS = 5_000;
    private static final long STORE_CACHE_BYTES = 8 * 1024 * 1024;

    private final DispatchProgress progress = new DispatchProgress();
    private final KafkaStreams streams;
    private final HangingTransactions hanging;
    private final Recurring caretaker = new Recurring("hanging-transactions");

    public Dispatcher(SchedulerSettings settings, KafkaSettings kafka, MeterRegistry registry) {
        Topology topology = topology(
                settings, kafka, new DispatchMetrics(registry), progress, Stores.inMemoryKeyValueStore(PoolStore.NAME));
        streams = new KafkaStreams(
                topology, properties(settings, kafka), new DefaultKafkaClientSupplier(), new MonotonicTime());
        streams.setUncaughtExceptionHandler(failure -> {
            LOG.atError().setCause(failure).log("a dispatcher thread failed and is replaced");
            return StreamThreadExceptionResponse.REPLACE_THREAD;
        });
        hanging = new HangingTransactions(kafka);
    }

    /** Returns the processing graph: four sources, one processor with its store, and a sink for each topic that it writes. */
    static Topology topology(
            SchedulerSettings settings,
            KafkaSettings kafka,
            DispatchMetrics metrics,
            DispatchProgress progress,
            KeyValueBytesStoreSupplier store) {
        var topology = new Topology();
        var bytes = new ByteArrayDeserializer();
        // All partitions share these objects, since one thread serves all partitions and commits them together.
        var admission = new Admission(settings.admission());
        var finished = new FinishedJobs(settings.admission().maxFinishedBytes());
        var pacing = new CommitPacing(settings.commitIntervalMs(), System.nanoTime());
        for (Topic source : new Topic[] {Topic.JOBS, Topic.QUEUE, Topic.ATTEMPTS, Topic.EXECUTORS}) {
            topology.addSource("in-" + source.topicName(), bytes, bytes, source.topicName());
        }
        topology.addProcessor(
                "dispatch",
                () -> new DispatchProcessor(settings, kafka, metrics, pacing, progress, admission, finished),
                "in-" + Topic.JOBS.topicName(),
                "in-" + Topic.QUEUE.topicName(),
                "in-" + Topic.ATTEMPTS.topicName(),
                "in-" + Topic.EXECUTORS.topicName());
        topology.addStateStore(
                Stores.keyValueStoreBuilder(store, Serdes.String(), Serdes.ByteArray())
                        .withLoggingEnabled(Map.of(
                                "segment.bytes", Integer.toString(64 * 1024 * 1024),
                                "min.cleanable.dirty.ratio", "0.2",
                                "max.message.bytes", Integer.toString(PoolStore.MAX_RECORD_BYTES)))
                        // A value that changes again before the commit, such as an owner's account, reaches the
                        // changelog once.
                        .withCachingEnabled(),
                "dispatch");
        for (Topic sink : new Topic[] {
            Topic.TASKS_URGENT,
            Topic.TASKS_NORMAL,
            Topic.TASKS_BULK,
            Topic.DECISIONS,
            Topic.COMPLETIONS,
            Topic.CONTROL,
            Topic.EXECUTORS,
            Topic.DEAD_LETTERS
        }) {
            topology.addSink(
                    sink.topicName(),
                    sink.topicName(),
                    new StringSerializer(),
                    new Outgoing.ValueSerializer(),
                    new Outgoing.ToPartition(),
                    "dispatch");
        }
        return topology;
    }

    static Properties properties(SchedulerSettings settings, KafkaSettings kafka) {
        var properties = new Properties();
        properties.put(StreamsConfig.APPLICATION_ID_CONFIG, APPLICATION);
        properties.putAll(kafka.connection());
        properties.put(StreamsConfig.STATE_DIR_CONFIG, settings.stateDirectory().toString());
        properties.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
        // The regular commit, for input that caused no output, such as heartbeats of an idle pool. The processor itself
        // requests commits for its output.
        properties.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, READING_COMMIT_MS);
        // A poll ends early when a record arrives. Without records, punctuations (timers) may be late by this time.
        properties.put(StreamsConfig.POLL_MS_CONFIG, settings.commitIntervalMs());
        properties.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, 1);
        properties.put(StreamsConfig.NUM_STANDBY_REPLICAS_CONFIG, settings.standbys());
        properties.put(StreamsConfig.REPLICATION_FACTOR_CONFIG, kafka.replication());
        properties.put(StreamsConfig.STATESTORE_CACHE_MAX_BYTES_CONFIG, STORE_CACHE_BYTES);
        properties.put("group.protocol", "classic");
        properties.put(
                StreamsConfig.consumerPrefix(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG), settings.sessionTimeoutMs());
        properties.put(
                StreamsConfig.consumerPrefix(ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG),
                settings.sessionTimeoutMs() / 4);
        properties.put(StreamsConfig.consumerPrefix(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG), "earliest");
        properties.put(StreamsConfig.consumerPrefix("reconnect.backoff.max.ms"), 500);
        properties.put(
                StreamsConfig.producerPrefix(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG),
                settings.transactionTimeoutMs());
        // A commit flushes the producer, and nobody reads records that are not committed. Until then, records may be
        // collected into larger batches.
        properties.put(StreamsConfig.producerPrefix(ProducerConfig.LINGER_MS_CONFIG), GATHER_MS);
        properties.put(StreamsConfig.producerPrefix("reconnect.backoff.max.ms"), 500);
        return properties;
    }

    public void start() {
        streams.start();
        caretaker.every(CARE_MS, this::endHanging);
    }

    private void endHanging() throws InterruptedException {
        try {
            int ended = hanging.abortAll();
            if (ended > 0) {
                LOG.atWarn().addKeyValue("transactions", ended).log("hanging transactions were ended");
            }
        } catch (ExecutionException | TimeoutException e) {
            LOG.atDebug().addKeyValue("cause", e).log("cannot look for hanging transactions now");
        }
    }

    /** Returns why the dispatcher makes no decisions at present, or null while it does. */
    public @Nullable String trouble() {
        KafkaStreams.State state = streams.state();
        return state == KafkaStreams.State.RUNNING ? progress.trouble() : "its state is " + state;
    }

    /** Returns how many entries of the state could not be read, or null if all could be read. */
    public @Nullable String damage() {
        return progress.damage();
    }

    /** Commits, leaves the consumer group at once so that another instance can take over, and waits for both for up to 10 seconds. */
    @Override
    public void close() {
        caretaker.close();
        hanging.close();
        streams.close(CloseOptions.groupMembershipOperation(CloseOptions.GroupMembershipOperation.LEAVE_GROUP)
                .withTimeout(Duration.ofSeconds(10)));
    }
}
