package dev.millrace.embedded;

import com.datastax.oss.driver.api.core.AllNodesFailedException;
import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.auth.AuthenticationException;
import com.datastax.oss.driver.api.core.config.DefaultDriverOption;
import com.datastax.oss.driver.api.core.config.DriverConfigLoader;
import dev.millrace.platform.config.Login;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;

/**
 * The platform's role in the embedded Cassandra, which is the only role there. A new node has Cassandra's default superuser, and so has a
 * node whose data was written by a version of Millrace without credentials. The platform logs in as this superuser to create its role, and
 * then drops the superuser. For one thread at a time.
 */
final class CassandraRole {
    private static final Login DELIVERED = new Login("cassandra", "cassandra");

    private final Login own;
    private final boolean isNew;
    private boolean made;

    /**
     * @param home the node's directory; the constructor must be called before the node starts, since it checks whether the directory has
     *     data
     */
    CassandraRole(Login own, Path home) {
        this.own = own;
        this.isNew = !Files.exists(home.resolve("data"));
    }

    /**
     * Returns whether the platform can log in with its role and the default superuser is dropped. Creates the role if needed. If this
     * returns false or fails with an exception of the driver, call it again: a node that has just started may refuse every login for a
     * moment.
     *
     * @throws EmbeddedServerException when the node accepts neither the role with this password nor the default superuser
     */
    boolean isLetIn(int port) {
        if (isNew && !made) {
            makeByDelivered(port);
        }
        try (CqlSession session = open(port, own)) {
            return isOnly(session);
        } catch (AllNodesFailedException e) {
            if (made || !isRefusal(e)) {
                throw e;
            }
        }
        try {
            makeByDelivered(port);
        } catch (AllNodesFailedException e) {
            throw new EmbeddedServerException(
                    "Cassandra's data know another password than the one in the data directory's secrets/cassandra;"
                            + " put that file back as it was",
                    e);
        }
        return false;
    }

    private static boolean isOnly(CqlSession session) {
        session.execute("DROP ROLE IF EXISTS " + DELIVERED.user());
        return true;
    }

    private void makeByDelivered(int port) {
        try (CqlSession session = open(port, DELIVERED)) {
            boolean isThere = session.execute("SELECT role FROM system_auth.roles WHERE role = '" + own.user() + "'")
                            .one()
                    != null;
            // A node refuses to change a password that was set less than 5 s ago, so the role is either created or
            // changed, but never both.
            session.execute((isThere ? "ALTER" : "CREATE") + " ROLE " + own.user() + " WITH PASSWORD = '"
                    + own.password() + "' AND SUPERUSER = true AND LOGIN = true");
            made = true;
        }
    }

    private static boolean isRefusal(AllNodesFailedException failure) {
        return failure.getAllErrors().values().stream()
                .flatMap(Collection::stream)
                .anyMatch(AuthenticationException.class::isInstance);
    }

    private static CqlSession open(int port, Login login) {
        return CqlSession.builder()
                .addContactPoint(new InetSocketAddress("127.0.0.1", port))
                .withLocalDatacenter("datacenter1")
                .withAuthCredentials(login.user(), login.password())
                .withConfigLoader(DriverConfigLoader.programmaticBuilder()
                        .withDuration(DefaultDriverOption.REQUEST_TIMEOUT, Duration.ofSeconds(5))
                        .withDuration(DefaultDriverOption.CONNECTION_INIT_QUERY_TIMEOUT, Duration.ofSeconds(5))
                        .withInt(DefaultDriverOption.NETTY_IO_SIZE, 1)
                        .withInt(DefaultDriverOption.NETTY_ADMIN_SIZE, 1)
                        .withInt(DefaultDriverOption.NETTY_IO_SHUTDOWN_QUIET_PERIOD, 0)
                        .withInt(DefaultDriverOption.NETTY_ADMIN_SHUTDOWN_QUIET_PERIOD, 0)
                        .build())
                .build();
    }
}
