package dev.millrace.platform.kafka;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.AbortTransactionSpec;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListTopicsOptions;
import org.apache.kafka.clients.admin.ProducerState;
import org.apache.kafka.clients.admin.TransactionListing;
import org.apache.kafka.clients.admin.TransactionState;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Aborts transactions that are open in a partition although their coordinator no longer knows them as open. A broker that is killed at the
 * wrong moment leaves such transactions behind. Clients that read committed records only, such as the dispatcher, would wait for them
 * forever. No record of such a transaction was ever acknowledged as committed, so nothing is lost. See ADR 0008. For one thread.
 */
public final class HangingTransactions implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(HangingTransactions.class);
    private static final long CALL_LIMIT_S = 15;

    /** A transaction that was first seen more recently than this may still end by itself. */
    private static final long MIN_AGE_NANOS = TimeUnit.SECONDS.toNanos(10);

    private static final Set<TransactionState> KNOWN_OPEN =
            Set.of(TransactionState.ONGOING, TransactionState.PREPARE_COMMIT, TransactionState.PREPARE_ABORT);

    private final Admin admin;
    private final FirstSeen firstSeen = new FirstSeen();

    public HangingTransactions(KafkaSettings settings) {
        this.admin = Admin.create(settings.admin("millrace-hanging-transactions"));
    }

    /** One transaction in one partition. */
    private record Open(TopicPartition partition, ProducerState producer) {}

    /**
     * Checks every partition once and returns how many transactions were aborted. A transaction is aborted if an earlier check saw it more
     * than ten seconds ago on the monotonic clock and its coordinator does not know it as open.
     *
     * @throws TimeoutException when the cluster does not answer in time; a later call may succeed
     * @throws ExecutionException when the cluster refuses or cannot be reached; a later call may succeed
     */
    public int abortAll() throws InterruptedException, ExecutionException, TimeoutException {
        var open = new HashMap<FirstSeen.Transaction, Open>();
        get(admin.describeProducers(partitions()).all()).forEach((partition, state) -> state.activeProducers().stream()
                .filter(producer -> producer.currentTransactionStartOffset().isPresent())
                .forEach(producer -> open.put(
                        new FirstSeen.Transaction(
                                partition,
                                producer.producerId(),
                                producer.currentTransactionStartOffset().getAsLong()),
                        new Open(partition, producer))));
        List<Open> old = firstSeen.olderThan(MIN_AGE_NANOS, open.keySet(), System.nanoTime()).stream()
                .flatMap(it -> Stream.ofNullable(open.get(it)))
                .toList();
        if (old.isEmpty()) {
            return 0;
        }
        // The coordinators are asked after the partitions. So their answer includes every transaction that was open in
        // a partition and is still in progress.
        Set<Long> goingOn = goingOn(get(admin.listTransactions().all()));
        int aborted = 0;
        for (Open hanging : old) {
            if (!goingOn.contains(hanging.producer().producerId())) {
                LOG.atWarn()
                        .addKeyValue("partition", hanging.partition())
                        .addKeyValue("producerId", hanging.producer().producerId())
                        .log("a transaction without a coordinator is ended");
                get(admin.abortTransaction(new AbortTransactionSpec(
                                hanging.partition(),
                                hanging.producer().producerId(),
                                (short) hanging.producer().producerEpoch(),
                                hanging.producer().coordinatorEpoch().orElse(0)))
                        .all());
                aborted++;
            }
        }
        return aborted;
    }

    private static Set<Long> goingOn(Collection<TransactionListing> transactions) {
        var ids = new HashSet<Long>();
        for (TransactionListing transaction : transactions) {
            if (KNOWN_OPEN.contains(transaction.state())) {
                ids.add(transaction.producerId());
            }
        }
        return ids;
    }

    private List<TopicPartition> partitions() throws InterruptedException, ExecutionException, TimeoutException {
        Set<String> names =
                get(admin.listTopics(new ListTopicsOptions().listInternal(true)).names());
        var ours = names.stream()
                .filter(name -> name.startsWith("millrace") || name.equals("__consumer_offsets"))
                .toList();
        var partitions = new ArrayList<TopicPartition>();
        get(admin.describeTopics(ours).allTopicNames()).forEach((name, topic) -> topic.partitions()
                .forEach(partition -> partitions.add(new TopicPartition(name, partition.partition()))));
        return partitions;
    }

    private static <T> T get(KafkaFuture<T> future) throws InterruptedException, ExecutionException, TimeoutException {
        return future.get(CALL_LIMIT_S, TimeUnit.SECONDS);
    }

    @Override
    public void close() {
        admin.close(java.time.Duration.ofSeconds(1));
    }
}
