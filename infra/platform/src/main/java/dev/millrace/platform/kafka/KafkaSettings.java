package dev.millrace.platform.kafka;

import dev.millrace.platform.config.ConfigException;
import dev.millrace.platform.config.Login;
import dev.millrace.platform.config.Setting;
import dev.millrace.platform.config.Settings;
import dev.millrace.platform.config.SettingsSection;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * How to reach Kafka, as its settings describe it.
 *
 * @param login user and password for SCRAM; null for a cluster that does not require a login
 */
public record KafkaSettings(
        String bootstrap,
        int poolPartitions,
        int keyPartitions,
        int replication,
        int deliveryTimeoutMs,
        boolean keepForever,
        @Nullable Login login) {
    public static final SettingsSection SECTION = new SettingsSection("kafka", "Kafka");

    public static final Setting<String> BOOTSTRAP = SECTION.text(
            "bootstrap",
            "127.0.0.1:9092",
            "host:port, separated by commas",
            "Brokers to connect to first; they name the others.");
    public static final Setting<Integer> POOL_PARTITIONS = SECTION.integer(
            "poolPartitions",
            32,
            1,
            1024,
            "Partitions of every topic whose records are assigned to partitions by their pool, for `--provision`. Cannot be changed once the topics"
                    + " exist; services ask the cluster for the real number.");
    public static final Setting<Integer> KEY_PARTITIONS =
            SECTION.integer("keyPartitions", 32, 1, 1024, "The same for the other topics.");
    private static final Setting<Integer> REPLICATION =
            SECTION.integer("replication", 3, 1, 10, "Replicas of every topic, for `--provision`.");
    private static final Setting<Integer> DELIVERY_TIMEOUT_MS = SECTION.shortMillis(
            "deliveryTimeoutMs",
            10_000,
            1_000,
            300_000,
            "Longest time that a record waits for its acknowledgement. After that it fails and is dropped from memory.");
    private static final Setting<Boolean> KEEP_FOREVER = SECTION.flag(
            "keepForever",
            false,
            "Whether the topics that keep their records for 30 days keep them for ever instead, for `--provision`.");
    private static final Login.Keys LOGIN = Login.Keys.in(SECTION, " by SCRAM-SHA-256; without one there is no login");

    private static final String MECHANISM = "SCRAM-SHA-256";

    public KafkaSettings {
        if (bootstrap.isBlank()) {
            throw new ConfigException("'kafka.bootstrap' is missing; accepted: host:port, comma-separated");
        }
    }

    public static KafkaSettings from(Settings settings) {
        return new KafkaSettings(
                BOOTSTRAP.from(settings),
                POOL_PARTITIONS.from(settings),
                KEY_PARTITIONS.from(settings),
                REPLICATION.from(settings),
                DELIVERY_TIMEOUT_MS.from(settings),
                KEEP_FOREVER.from(settings),
                LOGIN.from(settings).orElse(null));
    }

    /** Returns settings for a single node on this machine. */
    public static KafkaSettings embedded(String bootstrap, Login login) {
        return new KafkaSettings(bootstrap, 4, 4, 1, 10_000, true, login);
    }

    /** Returns the same settings with another delivery timeout. */
    public KafkaSettings withDeliveryTimeoutMs(int ms) {
        return new KafkaSettings(bootstrap, poolPartitions, keyPartitions, replication, ms, keepForever, login);
    }

    /** Returns the same settings with these numbers of partitions. */
    public KafkaSettings withPartitions(int ofPoolTopics, int ofKeyTopics) {
        return new KafkaSettings(
                bootstrap, ofPoolTopics, ofKeyTopics, replication, deliveryTimeoutMs, keepForever, login);
    }

    /**
     * Returns the properties with which a client connects: the addresses of the cluster and the login. They contain the password, so they
     * must never be logged.
     */
    public Map<String, String> connection() {
        var config = new TreeMap<String, String>();
        config.put("bootstrap.servers", bootstrap);
        Login known = login;
        if (known != null) {
            config.put("security.protocol", "SASL_PLAINTEXT");
            config.put("sasl.mechanism", MECHANISM);
            config.put(
                    "sasl.jaas.config",
                    "org.apache.kafka.common.security.scram.ScramLoginModule required username=" + quoted(known.user())
                            + " password=" + quoted(known.password()) + ";");
        }
        return config;
    }

    private static String quoted(String text) {
        return "\"" + text.replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
    }

    /**
     * Returns the settings of a producer. It is idempotent and bounded in time and memory, and uses acks=all, so that an acknowledged
     * record is stored by all replicas that are in sync.
     */
    public Map<String, String> producer(String clientId) {
        Map<String, String> config = connection();
        config.put("client.id", clientId);
        config.put("acks", "all");
        config.put("enable.idempotence", "true");
        config.put("linger.ms", "0");
        config.put("delivery.timeout.ms", Integer.toString(deliveryTimeoutMs));
        config.put("request.timeout.ms", Integer.toString(Math.max(1_000, deliveryTimeoutMs / 2)));
        config.put("max.block.ms", Integer.toString(deliveryTimeoutMs));
        config.put("buffer.memory", Integer.toString(32 * 1024 * 1024));
        config.put("reconnect.backoff.max.ms", "500");
        config.put("key.serializer", "org.apache.kafka.common.serialization.StringSerializer");
        config.put("value.serializer", "org.apache.kafka.common.serialization.ByteArraySerializer");
        return config;
    }

    /** Returns the settings of an administrative client whose calls end within ten seconds. */
    public Map<String, Object> admin(String clientId) {
        var config = new TreeMap<String, Object>(connection());
        config.put("client.id", clientId);
        config.put("default.api.timeout.ms", "10000");
        config.put("request.timeout.ms", "5000");
        config.put("reconnect.backoff.max.ms", "500");
        return config;
    }

    /** Returns the settings of a consumer that reads committed records only and does not commit automatically. */
    public Map<String, String> consumer(String clientId) {
        Map<String, String> config = connection();
        config.put("client.id", clientId);
        config.put("isolation.level", "read_committed");
        config.put("enable.auto.commit", "false");
        config.put("auto.offset.reset", "earliest");
        config.put("fetch.max.wait.ms", "500");
        config.put("max.poll.records", "500");
        config.put("reconnect.backoff.max.ms", "500");
        config.put("allow.auto.create.topics", "false");
        config.put("key.deserializer", "org.apache.kafka.common.serialization.StringDeserializer");
        config.put("value.deserializer", "org.apache.kafka.common.serialization.ByteArrayDeserializer");
        return config;
    }

    /** Returns the settings of a {@link #consumer} that is a member of a group. The group notices a dead member after six seconds. */
    public Map<String, String> groupConsumer(String clientId, String group) {
        var config = consumer(clientId);
        config.put("group.id", group);
        config.put("session.timeout.ms", "6000");
        config.put("heartbeat.interval.ms", "1000");
        return config;
    }
}
