package dev.millrace.platform.kafka;

import dev.millrace.schemas.codec.EventCodec;
import dev.millrace.schemas.topic.Topic;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.errors.DisconnectException;
import org.apache.kafka.common.errors.NetworkException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.jspecify.annotations.Nullable;

/** Creates the topics of {@link Topic} that are missing, and refuses a cluster whose partition counts differ from the settings. */
public final class TopicProvisioning {
    private static final Duration LIMIT = Duration.ofSeconds(30);

    private final KafkaSettings settings;

    public TopicProvisioning(KafkaSettings settings) {
        this.settings = settings;
    }

    /**
     * Creates the missing topics and checks the partition counts. Safe to repeat, even by several processes at the same time.
     *
     * @throws KafkaUnreachableException when no broker answers
     * @throws IllegalStateException when a topic cannot be created or has another partition count; the message has the reason
     */
    public void apply() {
        try (Admin admin = admin()) {
            var existing = await(admin.listTopics().names());
            List<NewTopic> missing = new ArrayList<>();
            for (Topic topic : Topic.values()) {
                if (!existing.contains(topic.topicName())) {
                    missing.add(newTopic(topic));
                }
            }
            admin.createTopics(missing).values().values().forEach(TopicProvisioning::awaitCreated);
            verify(admin);
        }
    }

    /** @throws IllegalStateException when a topic is missing or has another partition count than configured */
    public void verify() {
        try (Admin admin = admin()) {
            verify(admin);
        }
    }

    /**
     * Returns the settings with the partition counts of the cluster's topics, which never change while the cluster exists.
     *
     * @throws KafkaUnreachableException when no broker answers
     * @throws IllegalStateException when topics are missing, or those of one kind have different counts
     */
    public KafkaSettings found() {
        try (Admin admin = admin()) {
            Map<String, Integer> counts = counts(admin);
            return settings.withPartitions(
                    common(counts, Topic.Partitioning.POOL), common(counts, Topic.Partitioning.KEY));
        }
    }

    private static int common(Map<String, Integer> counts, Topic.Partitioning kind) {
        List<Integer> found = Arrays.stream(Topic.values())
                .filter(topic -> topic.partitioning() == kind)
                .map(topic -> counts.getOrDefault(topic.topicName(), 0))
                .distinct()
                .toList();
        if (found.size() != 1) {
            throw new IllegalStateException("the topics that are partitioned by "
                    + kind.name().toLowerCase(Locale.ROOT) + " have different numbers of partitions: " + found);
        }
        return found.get(0);
    }

    private Admin admin() {
        return Admin.create(settings.admin("millrace-provisioning"));
    }

    private void verify(Admin admin) {
        Map<String, Integer> counts = counts(admin);
        for (Topic topic : Topic.values()) {
            int partitions = counts.getOrDefault(topic.topicName(), 0);
            if (partitions != partitionsOf(topic)) {
                throw new IllegalStateException(
                        "topic " + topic.topicName() + " has " + partitions + " partitions, but " + partitionsOf(topic)
                                + " are configured; the count is fixed for a cluster's life");
            }
        }
    }

    /** Returns the number of partitions of each topic. */
    private Map<String, Integer> counts(Admin admin) {
        List<String> names = Arrays.stream(Topic.values()).map(Topic::topicName).toList();
        Map<String, TopicDescription> found = await(admin.describeTopics(names).allTopicNames());
        return found.values().stream().collect(Collectors.toMap(TopicDescription::name, it -> it.partitions()
                .size()));
    }

    public int partitionsOf(Topic topic) {
        return topic.partitioning() == Topic.Partitioning.POOL ? settings.poolPartitions() : settings.keyPartitions();
    }

    private NewTopic newTopic(Topic topic) {
        Map<String, String> config = new TreeMap<>();
        config.put("message.timestamp.type", "LogAppendTime");
        config.put("cleanup.policy", "delete");
        config.put("max.message.bytes", Integer.toString(4 * EventCodec.MAX_EVENT_BYTES));
        boolean unlimited = settings.keepForever() && topic.unlimitedWhenEmbedded();
        config.put(
                "retention.ms",
                unlimited ? "-1" : Long.toString(topic.retention().toMillis()));
        return new NewTopic(topic.topicName(), partitionsOf(topic), (short) settings.replication()).configs(config);
    }

    private static void awaitCreated(KafkaFuture<Void> creation) {
        try {
            creation.get(LIMIT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            if (!(e.getCause() instanceof TopicExistsException)) {
                throw new IllegalStateException("cannot create a topic: " + e.getCause(), e);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while creating topics", e);
        } catch (TimeoutException e) {
            throw new IllegalStateException("Kafka did not create a topic within " + LIMIT, e);
        }
    }

    private <T> T await(KafkaFuture<T> future) {
        try {
            return future.get(LIMIT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            if (isUnreachable(e.getCause())) {
                throw new KafkaUnreachableException(settings.bootstrap(), e);
            }
            throw new IllegalStateException(
                    "cannot read the topics of " + settings.bootstrap() + ": " + e.getCause(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while reading topics", e);
        } catch (TimeoutException e) {
            throw new KafkaUnreachableException(settings.bootstrap(), e);
        }
    }

    private static boolean isUnreachable(@Nullable Throwable cause) {
        return cause instanceof org.apache.kafka.common.errors.TimeoutException
                || cause instanceof DisconnectException
                || cause instanceof NetworkException;
    }

    /** Returns the names of all topics, for a log line. */
    @Override
    public String toString() {
        return Arrays.stream(Topic.values()).map(Topic::topicName).collect(Collectors.joining(", "));
    }
}
