package dev.millrace.dist;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.schemas.topic.PoolPartitioner;
import dev.millrace.schemas.topic.Topic;
import java.time.Duration;
import java.util.HashMap;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;

class PlannerIT {
    private static final String SPEC =
            """
            apiVersion: millrace.dev/v1
            name: after-a-dead-planner
            tasks:
              - {id: t, command: ['true']}
            """;

    private final SharedStack stack = SharedStack.get();

    @Test
    void aTransactionThatADeadPlannerLeftOpenHoldsUpNobody() throws Exception {
        int partition =
                PoolPartitioner.partition("default", stack.platform().kafka().poolPartitions());
        var config = new HashMap<String, Object>(stack.platform().kafka().producer("dead-planner"));
        config.put("transactional.id", "millrace-planner-" + partition);
        config.put("transaction.timeout.ms", Long.toString(TimeUnit.MINUTES.toMillis(14)));
        var dead = new KafkaProducer<String, byte[]>(config);
        try {
            dead.initTransactions();
            dead.beginTransaction();
            dead.send(new ProducerRecord<>(Topic.QUEUE.topicName(), partition, "never", new byte[] {1}))
                    .get(20, TimeUnit.SECONDS);

            var run =
                    stack.millrace("run", SharedStack.spec("dead-planner", SPEC).toString());

            assertThat(run.exitCode()).as(run.out() + run.err()).isZero();
        } finally {
            dead.close(Duration.ZERO);
        }
    }
}
