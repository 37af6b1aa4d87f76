package dev.millrace.scheduler.service.planner;

import dev.millrace.platform.kafka.KafkaSettings;
import dev.millrace.schemas.event.Event;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Clock;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Holds one transactional producer for each partition of submissions. Every planner uses the same transactional id for the same partition.
 * A planner that takes over a partition therefore ends at once a transaction that a dead planner left open there; otherwise readers of the
 * queue would wait until the transaction timed out. For use on one Vert.x context.
 */
final class QueueTransactions {
    private static final Logger LOG = LoggerFactory.getLogger(QueueTransactions.class);

    private final Vertx vertx;
    private final KafkaSettings settings;
    private final Clock clock;
    private final Admin admin;
    private final Map<Integer, QueueTransaction> byPartition = new HashMap<>();

    QueueTransactions(Vertx vertx, KafkaSettings settings, Clock clock) {
        this.vertx = vertx;
        this.settings = settings;
        this.clock = clock;
        this.admin = Admin.create(settings.admin("millrace-planner-fence"));
    }

    private static String id(int partition) {
        return "millrace-planner-" + partition;
    }

    /**
     * Ends open transactions of these partitions, whichever planner began them. A running planner whose transaction is ended this way
     * publishes its events again. If Kafka does not answer, this only logs a warning, and the first publication ends the transactions.
     */
    Future<Void> fence(Collection<Integer> partitions) {
        if (partitions.isEmpty()) {
            return Future.succeededFuture();
        }
        var ids = partitions.stream().map(QueueTransactions::id).toList();
        return Future.fromCompletionStage(
                        admin.fenceProducers(ids).all().toCompletionStage(), vertx.getOrCreateContext())
                .recover(failure -> {
                    LOG.atWarn()
                            .addKeyValue("cause", failure)
                            .log("transactions of other planners cannot be ended now");
                    return Future.succeededFuture();
                });
    }

    /**
     * Publishes all of these events or none, for a submission from this partition. Fails if another planner has taken over the partition.
     */
    Future<Void> publish(int partition, List<? extends Event> events, @Nullable String traceparent) {
        return byPartition
                .computeIfAbsent(partition, it -> new QueueTransaction(vertx, settings, id(it), clock))
                .publish(events, traceparent);
    }

    Future<Void> close() {
        return Future.join(byPartition.values().stream()
                        .map(QueueTransaction::close)
                        .toList())
                .eventually(() -> vertx.executeBlocking(() -> {
                    admin.close(java.time.Duration.ofSeconds(1));
                    return true;
                }))
                .mapEmpty();
    }
}
