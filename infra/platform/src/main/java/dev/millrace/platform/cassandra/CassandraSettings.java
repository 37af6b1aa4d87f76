package dev.millrace.platform.cassandra;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.CqlSessionBuilder;
import com.datastax.oss.driver.api.core.config.DefaultDriverOption;
import com.datastax.oss.driver.api.core.config.DriverConfigLoader;
import dev.millrace.platform.config.ConfigException;
import dev.millrace.platform.config.Login;
import dev.millrace.platform.config.Setting;
import dev.millrace.platform.config.Settings;
import dev.millrace.platform.config.SettingsSection;
import dev.millrace.schemas.topic.Topic;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * How to reach Cassandra, as its settings describe it.
 *
 * @param login user and password; null for a cluster that does not require a login
 */
public record CassandraSettings(
        String contactPoint, String datacenter, String keyspace, int replication, int keepDays, @Nullable Login login) {
    public static final SettingsSection SECTION = new SettingsSection("cassandra", "Cassandra");

    private static final Setting<String> CONTACT_POINT = SECTION.text(
            "contactPoint", "127.0.0.1:9042", "host:port", "The node to connect to first; it names the others.");
    private static final Setting<String> DATACENTER =
            SECTION.text("datacenter", "datacenter1", "a name", "The datacenter whose nodes are asked.");
    private static final Setting<String> KEYSPACE = SECTION.text(
            "keyspace",
            "millrace",
            "a lower-case letter, then up to 47 letters, digits and underscores",
            "The keyspace of all tables; `--provision` makes it.");
    private static final Setting<Integer> REPLICATION =
            SECTION.integer("replication", 3, 1, 10, "Copies of every row, for `--provision`.");
    private static final Setting<Integer> KEEP_DAYS = SECTION.integer(
            "keepDays",
            (int) Topic.DECISIONS.retention().toDays(),
            0,
            3_650,
            "Days after which rows of views and history are dropped, for `--provision`; 0 for never, as in the embedded"
                    + " stack. Must not be longer than the topics keep their records; otherwise some of what is shown could not be rebuilt from the log.");
    private static final Login.Keys LOGIN = Login.Keys.in(SECTION, "; without one there is no login");

    private static final int MAX_CONCURRENT = 512;
    private static final int MAX_WAITING = 20_000;
    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9_]{0,47}");

    public CassandraSettings {
        if (!NAME.matcher(keyspace).matches()) {
            throw new ConfigException(
                    "bad value '" + keyspace + "' for 'cassandra.keyspace'; accepted: " + NAME.pattern());
        }
        if (!contactPoint.matches("[^:]+:[0-9]{1,5}")) {
            throw new ConfigException(
                    "bad value '" + contactPoint + "' for 'cassandra.contactPoint'; accepted: host:port");
        }
    }

    public static CassandraSettings from(Settings settings) {
        return new CassandraSettings(
                CONTACT_POINT.from(settings),
                DATACENTER.from(settings),
                KEYSPACE.from(settings),
                REPLICATION.from(settings),
                KEEP_DAYS.from(settings),
                LOGIN.from(settings).orElse(null));
    }

    /** Returns settings for a single node on this machine. */
    public static CassandraSettings embedded(String contactPoint, Login login) {
        return new CassandraSettings(contactPoint, "datacenter1", "millrace", 1, 0, login);
    }

    /** Returns settings for the same cluster with the tables in another keyspace. */
    public CassandraSettings withKeyspace(String name) {
        return new CassandraSettings(contactPoint, datacenter, name, replication, keepDays, login);
    }

    /**
     * Opens a session. The keyspace need not exist yet, so the session has no default keyspace and statements must name it. Blocks until a
     * node has answered.
     */
    public CqlSession open(String applicationName) {
        return builder(applicationName, false).build();
    }

    /**
     * Opens a session as {@link #open} does, but without blocking. Completes when a node has answered, however long that takes. Cancelling
     * the result ends the attempts.
     */
    CompletionStage<CqlSession> openInBackground(String applicationName) {
        return builder(applicationName, true).buildAsync();
    }

    private CqlSessionBuilder builder(String applicationName, boolean patient) {
        int colon = contactPoint.lastIndexOf(':');
        var builder = CqlSession.builder();
        Login known = login;
        if (known != null) {
            builder.withAuthCredentials(known.user(), known.password());
        }
        return builder.addContactPoint(new InetSocketAddress(
                        contactPoint.substring(0, colon), Integer.parseInt(contactPoint.substring(colon + 1))))
                .withLocalDatacenter(datacenter)
                .withApplicationName(applicationName)
                .withConfigLoader(driver(patient));
    }

    /** @param patient whether the driver goes on until a node answers */
    static DriverConfigLoader driver(boolean patient) {
        return DriverConfigLoader.programmaticBuilder()
                .withDuration(DefaultDriverOption.REQUEST_TIMEOUT, Duration.ofSeconds(10))
                .withDuration(DefaultDriverOption.CONNECTION_INIT_QUERY_TIMEOUT, Duration.ofSeconds(10))
                .withDuration(DefaultDriverOption.CONTROL_CONNECTION_TIMEOUT, Duration.ofSeconds(10))
                .withDuration(DefaultDriverOption.RECONNECTION_BASE_DELAY, Duration.ofMillis(250))
                .withDuration(DefaultDriverOption.RECONNECTION_MAX_DELAY, Duration.ofSeconds(5))
                .withDuration(DefaultDriverOption.HEARTBEAT_INTERVAL, Duration.ofSeconds(5))
                .withDuration(DefaultDriverOption.HEARTBEAT_TIMEOUT, Duration.ofSeconds(5))
                .withBoolean(DefaultDriverOption.RECONNECT_ON_INIT, patient)
                // Without this, the driver would fail requests beyond 1,024 on a connection. The throttler lets
                // requests wait instead.
                .withString(DefaultDriverOption.REQUEST_THROTTLER_CLASS, "ConcurrencyLimitingRequestThrottler")
                .withInt(DefaultDriverOption.REQUEST_THROTTLER_MAX_CONCURRENT_REQUESTS, MAX_CONCURRENT)
                .withInt(DefaultDriverOption.REQUEST_THROTTLER_MAX_QUEUE_SIZE, MAX_WAITING)
                // With this level, a read sees every acknowledged write, even with several replicas.
                .withString(DefaultDriverOption.REQUEST_CONSISTENCY, "LOCAL_QUORUM")
                .withBoolean(DefaultDriverOption.REQUEST_WARN_IF_SET_KEYSPACE, false)
                // A closed session has nothing left to do. By default its threads wait 2 s for more.
                .withInt(DefaultDriverOption.NETTY_IO_SHUTDOWN_QUIET_PERIOD, 0)
                .withInt(DefaultDriverOption.NETTY_ADMIN_SHUTDOWN_QUIET_PERIOD, 0)
                .withInt(DefaultDriverOption.NETTY_IO_SIZE, 2)
                .withInt(DefaultDriverOption.NETTY_ADMIN_SIZE, 1)
                .build();
    }
}
