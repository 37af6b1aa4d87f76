package dev.millrace.embedded;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Kafka, Cassandra and S3 on one data directory: the single way in for {@code up} and for tests. Everything binds to free
 * ports of 127.0.0.1, asks for credentials and ends with this process. Data survives a restart, also one by kill -9.
 */
public final class EmbeddedServers implements AutoCloseable {
    private final DataDirectory data;
    private final ServerClassPath classPath;
    private final Path logs;
    private final int kafkaPort = FreePort.next();
    private final int cassandraPort = FreePort.next();
    private final int s3Port = FreePort.next();
    private final S3Credentials credentials;
    private final Secrets secrets;
    private final KafkaUsers kafkaUsers;
    private final CassandraRole cassandraRole;
    private ServerProcess kafka;
    private final ServerProcess cassandra;
    private final ServerProcess s3;

    private EmbeddedServers(DataDirectory data, ServerClassPath classPath) {
        this.data = data;
        this.classPath = classPath;
        this.logs = data.path().resolve("logs");
        this.credentials = S3Credentials.of(data.path());
        this.secrets = Secrets.of(data.path());
        this.kafkaUsers = new KafkaUsers(secrets, data.path().resolve("kafka"));
        this.cassandraRole = new CassandraRole(secrets.cassandra(), data.path().resolve("cassandra"));
        this.cassandra = CassandraServer.start(classPath, data.path(), logs.resolve("cassandra.log"), cassandraPort);
        this.s3 = S3Server.start(classPath, data.path(), logs.resolve("s3.log"), s3Port, credentials);
        this.kafka = startKafka();
    }

    /**
     * Starts all three side by side and returns when each answers real requests.
     *
     * @param projectRoot where the build left the class paths
     * @throws EmbeddedServerException with the reason, after stopping what had started
     */
    public static EmbeddedServers start(Path projectRoot, Path dataDirectory) {
        requireJava17();
        DataDirectory data = DataDirectory.open(dataDirectory.toAbsolutePath().normalize());
        EmbeddedServers servers = null;
        try {
            servers = new EmbeddedServers(data, new ServerClassPath(projectRoot));
            servers.awaitReady();
            return servers;
        } catch (RuntimeException e) {
            if (servers != null) {
                servers.close();
            } else {
                data.close();
            }
            throw e;
        }
    }

    private static void requireJava17() {
        int feature = Runtime.version().feature();
        if (feature != 17) {
            throw new EmbeddedServerException("the embedded servers need Java 17, this is Java " + feature + " at "
                    + System.getProperty("java.home") + "; set JAVA_HOME to a JDK 17");
        }
    }

    private ServerProcess startKafka() {
        return KafkaServer.start(classPath, data.path(), logs.resolve("kafka.log"), kafkaPort, kafkaUsers);
    }

    private void awaitReady() {
        ExecutorService waiting = Executors.newFixedThreadPool(3);
        try {
            Future<?> kafkaReady = waiting.submit(() -> KafkaServer.awaitReady(kafka, kafkaPort, kafkaUsers));
            Future<?> cassandraReady =
                    waiting.submit(() -> CassandraServer.awaitReady(cassandra, cassandraPort, cassandraRole));
            Future<?> s3Ready = waiting.submit(() -> S3Server.awaitReady(s3, s3Port));
            for (Future<?> ready : java.util.List.of(kafkaReady, s3Ready, cassandraReady)) {
                ready.get();
            }
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException cause
                    ? cause
                    : new EmbeddedServerException("start failed", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new EmbeddedServerException("interrupted during start", e);
        } finally {
            waiting.shutdownNow();
        }
    }

    public String kafkaBootstrap() {
        return "127.0.0.1:" + kafkaPort;
    }

    public String cassandraContactPoint() {
        return "127.0.0.1:" + cassandraPort;
    }

    public String s3Endpoint() {
        return "http://127.0.0.1:" + s3Port;
    }

    public S3Credentials s3Credentials() {
        return credentials;
    }

    /** Who may do what on Kafka and Cassandra. */
    public Secrets secrets() {
        return secrets;
    }

    /** Process ids by server name, for status and measurements. */
    public Map<String, Long> pids() {
        var pids = new LinkedHashMap<String, Long>();
        pids.put("kafka", kafka.pid());
        pids.put("cassandra", cassandra.pid());
        pids.put("s3", s3.pid());
        return pids;
    }

    /** Names of servers that are not running any more. */
    public java.util.List<String> dead() {
        var dead = new java.util.ArrayList<String>();
        if (!kafka.isAlive()) {
            dead.add("kafka");
        }
        if (!cassandra.isAlive()) {
            dead.add("cassandra");
        }
        if (!s3.isAlive()) {
            dead.add("s3");
        }
        return dead;
    }

    /** For fault tests: kills the broker as a crash would. */
    public synchronized void killKafka() {
        kafka.kill();
    }

    /** For fault tests: the broker again, on the same port and data. */
    public synchronized void restartKafka() {
        kafka = startKafka();
        KafkaServer.awaitReady(kafka, kafkaPort, kafkaUsers);
    }

    @Override
    public void close() {
        var threads = java.util.stream.Stream.of(kafka, cassandra, s3)
                .map(server -> new Thread(server::close, "stop-server"))
                .toList();
        threads.forEach(Thread::start);
        for (Thread thread : threads) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                break;
            }
        }
        data.close();
    }
}
