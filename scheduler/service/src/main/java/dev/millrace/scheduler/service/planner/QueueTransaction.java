package dev.millrace.scheduler.service.planner;

import dev.millrace.platform.kafka.EventPublisher;
import dev.millrace.platform.kafka.KafkaSettings;
import dev.millrace.schemas.codec.EventCodec;
import dev.millrace.schemas.codec.EventRouting;
import dev.millrace.schemas.event.Event;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.kafka.client.producer.KafkaProducer;
import io.vertx.kafka.client.producer.KafkaProducerRecord;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;

/**
 * Publishes a job's plan and all its tasks in one transaction, so either all of them appear or none. Publications run one after the other.
 * For use on one Vert.x context.
 */
final class QueueTransaction {
    private static final String SOURCE = "/millrace/scheduler/planner";

    private final Vertx vertx;
    private final KafkaSettings settings;
    private final String transactionalId;
    private final Clock clock;
    private @Nullable KafkaProducer<String, byte[]> producer;
    private Future<Void> last = Future.succeededFuture();

    QueueTransaction(Vertx vertx, KafkaSettings settings, String transactionalId, Clock clock) {
        this.vertx = vertx;
        this.settings = settings;
        this.transactionalId = transactionalId;
        this.clock = clock;
    }

    Future<Void> publish(List<? extends Event> events, @Nullable String traceparent) {
        Future<Void> own = last.transform(before -> publishNow(events, traceparent));
        last = own;
        return own;
    }

    private Future<Void> publishNow(List<? extends Event> events, @Nullable String traceparent) {
        return ready().compose(ready -> ready.beginTransaction()
                .compose(begun -> sendAll(ready, events, traceparent))
                .compose(sent -> ready.commitTransaction())
                .recover(failure -> discard(ready).compose(gone -> Future.failedFuture(failure))));
    }

    private Future<KafkaProducer<String, byte[]>> ready() {
        KafkaProducer<String, byte[]> existing = producer;
        if (existing != null) {
            return Future.succeededFuture(existing);
        }
        var config = settings.producer(transactionalId);
        config.put("transactional.id", transactionalId);
        config.put("transaction.timeout.ms", Integer.toString(settings.deliveryTimeoutMs()));
        KafkaProducer<String, byte[]> created = KafkaProducer.create(vertx, config);
        return created.initTransactions()
                .onSuccess(initialised -> producer = created)
                .recover(failure -> discard(created).compose(gone -> Future.failedFuture(failure)))
                .map(created);
    }

    private Future<Void> sendAll(
            KafkaProducer<String, byte[]> to, List<? extends Event> events, @Nullable String traceparent) {
        var sends = new ArrayList<Future<?>>();
        for (Event event : events) {
            ProducerRecord<String, byte[]> record = EventCodec.encode(
                    SOURCE,
                    clock.instant(),
                    traceparent,
                    event,
                    EventPublisher.partitions(settings, EventRouting.topicOf(event)));
            KafkaProducerRecord<String, byte[]> out =
                    KafkaProducerRecord.create(record.topic(), record.key(), record.value(), record.partition());
            record.headers().forEach(header -> out.addHeader(header.key(), Buffer.buffer(header.value())));
            sends.add(to.send(out));
        }
        return Future.all(sends).mapEmpty();
    }

    /**
     * Closes a producer whose transaction failed, since it cannot be used again. The next producer fences it and aborts the transaction
     * that it left open.
     */
    private Future<Void> discard(KafkaProducer<String, byte[]> broken) {
        producer = null;
        return broken.close(1_000).recover(failure -> Future.succeededFuture());
    }

    Future<Void> close() {
        KafkaProducer<String, byte[]> existing = producer;
        return existing == null ? Future.succeededFuture() : existing.close(2_000);
    }
}
