package dev.millrace.platform.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.platform.cassandra.CassandraSettings;
import dev.millrace.platform.http.HttpSettings;
import dev.millrace.platform.kafka.KafkaSettings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SettingsTest {
    private static final SettingsSection SECTION = new SettingsSection("executor", "Executor");
    private static final Setting<Integer> LEASE_MS = SECTION.integer("leaseMs", 5, 1, 10, "How long a lease is.");
    private static final Set<String> KNOWN = Set.of(LEASE_MS.key(), "kafka.bootstrap");

    @TempDir
    private Path directory = Path.of(".");

    @Test
    void inAllSourcesShouldPreferFlagsOverEnvironmentOverFile() throws Exception {
        Path file = Files.writeString(
                directory.resolve("s.yaml"), "executor: {leaseMs: 1}\nkafka: {bootstrap: 'file:1'}\n");

        Settings settings = Settings.load(
                file,
                Map.of("MILLRACE_EXECUTOR_LEASE_MS", "2", "MILLRACE_KAFKA_BOOTSTRAP", "environment:1"),
                Map.of("executor.leaseMs", "3"),
                KNOWN);

        assertThat(LEASE_MS.from(settings)).isEqualTo(3);
        assertThat(KafkaSettings.BOOTSTRAP.from(settings)).isEqualTo("environment:1");
    }

    @Test
    void inUnknownKeyShouldNameItAndWhatIsAccepted() {
        assertThatThrownBy(() -> Settings.load(null, Map.of(), Map.of("executor.leesMs", "1"), KNOWN))
                .isInstanceOf(ConfigException.class)
                .hasMessage("unknown setting 'executor.leesMs' from the flag --set; did you mean executor.leaseMs?");
        assertThatThrownBy(() -> Settings.load(null, Map.of("MILLRACE_COLOUR", "red"), Map.of(), KNOWN))
                .isInstanceOf(ConfigException.class)
                .hasMessage(
                        "unknown setting MILLRACE_COLOUR in the environment; docs/configuration.md lists all settings");
        assertThatThrownBy(() -> Settings.of(Map.of("scheduler.leaseMs", "1")).refuseUnknown(KNOWN))
                .hasMessageEndingWith("did you mean executor.leaseMs?");
        assertThatThrownBy(() -> Settings.of(Map.of("executor.colour", "red")).refuseUnknown(KNOWN))
                .hasMessageEndingWith("; accepted settings: executor.leaseMs");
    }

    @Test
    void inBadNumberShouldNameKeyValueSourceAndRange() {
        for (String bad : new String[] {"0", "11", "many", "1.5", "99999999999999999999"}) {
            assertThatThrownBy(() -> LEASE_MS.from(Settings.of(Map.of("executor.leaseMs", bad))))
                    .isInstanceOf(ConfigException.class)
                    .hasMessage("bad value '" + bad
                            + "' for 'executor.leaseMs' from the flag --set; accepted: a whole number from 1 to 10");
        }
    }

    @Test
    void inDefaultThatIsKnownAtRunTimeOnlyShouldWantOne() {
        Setting<Integer> slots = new SettingsSection("executor", "Executor")
                .integer("slots", "the number of processors", 1, 10, "Tasks that it runs at once.");

        assertThat(slots.from(Settings.of(Map.of()), 4)).isEqualTo(4);
        assertThat(slots.from(Settings.of(Map.of("executor.slots", "7")), 4)).isEqualTo(7);
        assertThat(slots.writtenDefault()).isEmpty();
        assertThatThrownBy(() -> slots.from(Settings.of(Map.of()))).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void inSizesAndTimesShouldShowTheirDefaultsInUnitsThatPeopleRead() {
        var section = new SettingsSection("executor", "Executor");

        assertThat(section.bytes("a", 64L << 20, 0, 1L << 40, "").shownDefault())
                .isEqualTo("`67108864` (64 MiB)");
        assertThat(section.bytes("b", 1_000, 0, 1L << 40, "").shownDefault()).isEqualTo("`1000`");
        assertThat(section.millis("c", 90_000, 0, 100_000, "").shownDefault()).isEqualTo("`90000` (90 s)");
        assertThat(section.deadline("d", Duration.ofHours(1), "").shownDefault())
                .isEqualTo("`3600000` (1 h)");
    }

    @Test
    void inKafkaShouldHaveDefaultsMappingAndRejection() {
        assertThat(KafkaSettings.from(Settings.of(Map.of())))
                .isEqualTo(new KafkaSettings("127.0.0.1:9092", 32, 32, 3, 10_000, false, null));
        assertThat(KafkaSettings.from(Settings.of(Map.of(
                        "kafka.bootstrap",
                        "h:1",
                        "kafka.poolPartitions",
                        "4",
                        "kafka.keyPartitions",
                        "5",
                        "kafka.replication",
                        "1",
                        "kafka.deliveryTimeoutMs",
                        "2000",
                        "kafka.keepForever",
                        "true"))))
                .isEqualTo(new KafkaSettings("h:1", 4, 5, 1, 2_000, true, null));
        assertThatThrownBy(() -> KafkaSettings.from(Settings.of(Map.of("kafka.bootstrap", ""))))
                .isInstanceOf(ConfigException.class);
    }

    @Test
    void inCassandraShouldHaveDefaultsMappingAndRejection() {
        assertThat(CassandraSettings.from(Settings.of(Map.of())))
                .isEqualTo(new CassandraSettings("127.0.0.1:9042", "datacenter1", "millrace", 3, 30, null));
        assertThat(CassandraSettings.from(Settings.of(Map.of(
                        "cassandra.contactPoint",
                        "h:1",
                        "cassandra.datacenter",
                        "d",
                        "cassandra.keyspace",
                        "k",
                        "cassandra.replication",
                        "1"))))
                .isEqualTo(new CassandraSettings("h:1", "d", "k", 1, 30, null));
        assertThatThrownBy(() -> CassandraSettings.from(Settings.of(Map.of("cassandra.keyspace", "x; DROP"))))
                .isInstanceOf(ConfigException.class);
        assertThatThrownBy(() -> CassandraSettings.from(Settings.of(Map.of("cassandra.contactPoint", "nowhere"))))
                .isInstanceOf(ConfigException.class);
    }

    @Test
    void inHostThatIsNotLoopbackShouldRefuseToBind() {
        assertThat(new HttpSettings("127.0.0.1", 0).host()).isEqualTo("127.0.0.1");
        assertThatThrownBy(() -> new HttpSettings("0.0.0.0", 0))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("loopback");
    }
}
