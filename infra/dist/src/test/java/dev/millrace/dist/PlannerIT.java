package dev.millrace.dist;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.datastax.oss.driver.api.core.CqlSession;
import dev.millrace.platform.kafka.EventPublisher;
import dev.millrace.schemas.Ids;
import dev.millrace.schemas.blob.Digest;
import dev.millrace.schemas.event.JobSubmitted;
import dev.millrace.schemas.event.Priority;
import dev.millrace.schemas.topic.PoolPartitioner;
import dev.millrace.schemas.topic.Topic;
import java.time.Clock;
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

    /**
     * A job is submitted a second time if a client uses its idempotency key again while the gateway cannot check whether the job is known.
     */
    @Test
    void inJobThatEndedAndIsForgottenShouldRejectItsSecondSubmission() throws Exception {
        String jobId = Ids.jobId("ann", "ended-long-ago");
        var cassandra = stack.platform().cassandra();
        try (CqlSession session = cassandra.open("test")) {
            session.execute(
                    "INSERT INTO " + cassandra.keyspace()
                            + ".jobs (job_id, run, finished_at, total) VALUES (?, 0, 1, 1)",
                    jobId);
        }
        var submitted = new JobSubmitted(
                jobId,
                "default",
                "ann",
                "ended-long-ago",
                "p",
                Priority.NORMAL,
                Digest.of(new byte[0]),
                System.currentTimeMillis());

        try (var publisher = new EventPublisher(stack.platform().kafka(), "test", "planner-it", Clock.systemUTC())) {
            publisher.publish(submitted).toCompletableFuture().get(20, TimeUnit.SECONDS);
        }

        var view = new String[1];
        await().atMost(Duration.ofSeconds(30)).until(() -> {
            view[0] = stack.millrace("job", jobId, "--output", "json").out();
            return view[0].contains("\"rejected\"");
        });
        assertThat(view[0]).contains("it has ended already");
    }

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
