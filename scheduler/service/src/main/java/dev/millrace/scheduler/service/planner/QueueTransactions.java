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
 * One transactional producer for each partition of submissions, under an id that every planner uses for that partition. Who
 * takes over a partition therefore ends at once what a dead planner left open there; readers of the queue would wait for it
 * until it timed out. For one Vert.x context.
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
     * Ends open transactions of these partitions, whoever began them. A live planner whose transaction is ended by mistake
     * publishes it again. Without Kafka nothing happens, and the first publication ends them.
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

    /** Publishes all of these or nothing, for a submission of this partition; fails if another planner has taken over. */
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
