package dev.millrace.dist;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.DriverException;
import dev.millrace.cli.Screen;
import dev.millrace.platform.cassandra.CassandraSettings;
import dev.millrace.platform.cassandra.CqlMigrations;
import dev.millrace.platform.config.ConfigException;
import dev.millrace.platform.config.Settings;
import dev.millrace.platform.kafka.KafkaSettings;
import dev.millrace.platform.kafka.KafkaUnreachableException;
import dev.millrace.platform.kafka.TopicProvisioning;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;

/**
 * Prepares the servers that a service is going to use; they may be down when the service starts. Without Kafka a service does not know
 * which topics and partitions exist, so it waits for Kafka without a time limit. The tables are created as soon as Cassandra answers, and
 * nothing waits for them.
 */
final class Cluster {
    private static final long PAUSE_MS = 1_000;

    private final Screen screen;
    private final Settings settings;
    private final KafkaSettings kafka;

    Cluster(Screen screen, Settings settings) {
        this.screen = screen;
        this.settings = settings;
        this.kafka = KafkaSettings.from(settings);
    }

    /**
     * Returns the settings with the partition counts that the cluster has. If the configuration sets a partition count too, it must be the
     * same.
     */
    KafkaSettings kafka() throws Exception {
        KafkaSettings found = patiently(() -> new TopicProvisioning(kafka).found());
        requireSame(KafkaSettings.POOL_PARTITIONS.key(), kafka.poolPartitions(), found.poolPartitions());
        requireSame(KafkaSettings.KEY_PARTITIONS.key(), kafka.keyPartitions(), found.keyPartitions());
        return found;
    }

    private void requireSame(String key, int configured, int found) {
        if (settings.has(key) && configured != found) {
            throw new ConfigException("bad value '" + configured + "' for '" + key + "'; the cluster has " + found
                    + ", fixed for its life; leave the setting out");
        }
    }

    /** Creates the topics and tables that are missing. */
    void provision() throws Exception {
        patiently(() -> {
            new TopicProvisioning(kafka).apply();
            return true;
        });
        CassandraSettings cassandra = CassandraSettings.from(settings);
        try {
            makeTables(cassandra);
        } catch (DriverException e) {
            screen.note(e.getMessage() + "; the tables are made once Cassandra answers");
            var waiting = new Thread(() -> makeTablesInTime(cassandra), "make-tables");
            waiting.setDaemon(true);
            waiting.start();
        }
    }

    private static void makeTables(CassandraSettings cassandra) {
        try (CqlSession session = cassandra.open("millrace-provisioning")) {
            new CqlMigrations(cassandra).apply(session);
        }
    }

    private void makeTablesInTime(CassandraSettings cassandra) {
        try {
            while (true) {
                TimeUnit.MILLISECONDS.sleep(PAUSE_MS);
                try {
                    makeTables(cassandra);
                    screen.note("the tables are there");
                    return;
                } catch (DriverException e) {
                    // The user has been told once; until Cassandra answers, the service's health check reports it.
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private <T> T patiently(Callable<T> work) throws Exception {
        boolean said = false;
        while (true) {
            try {
                return work.call();
            } catch (KafkaUnreachableException e) {
                if (!said) {
                    screen.note(e.getMessage() + "; waiting for it");
                    said = true;
                }
                TimeUnit.MILLISECONDS.sleep(PAUSE_MS);
            }
        }
    }
}
