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
 * Ends transactions that are open in a partition although their coordinator knows nothing of them any more. A broker killed
 * at the wrong moment leaves such behind, and read-committed readers, the dispatcher among them, would wait for them for
 * ever. Nothing of them was ever acknowledged as committed, so aborting them loses nothing. See ADR 0008. For one thread.
 */
public final class HangingTransactions implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(HangingTransactions.class);
    private static final long CALL_LIMIT_S = 15;

    /** A transaction seen for less long than this may be one whose end is on its way. */
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
     * Looks at every partition once and returns how many transactions were ended. A transaction is ended once it was seen by
     * looks that are ten seconds apart on the monotonic clock, and its coordinator does not know it.
     *
     * @throws TimeoutException or ExecutionException when the cluster does not answer; worth another try later
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
        // Asked after the partitions: whatever was open in them then and is still going on is known here.
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
