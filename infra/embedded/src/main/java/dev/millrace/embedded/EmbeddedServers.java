package dev.millrace.embedded;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Kafka, Cassandra and S3 on one data directory. Both {@code up} and the tests start the servers with this class. All servers listen on
 * free ports of 127.0.0.1, require credentials and end when this process ends. The data survives a restart, even after kill -9.
 */
public final class EmbeddedServers implements AutoCloseable {
    public static final String CASSANDRA = "cassandra";
    public static final String KAFKA = "kafka";
    public static final String S3 = "s3";

    private final DataDirectory data;
    private final int kafkaPort = FreePort.next();
    private final int cassandraPort = FreePort.next();
    private final int s3Port = FreePort.next();
    private final S3Credentials credentials;
    private final Secrets secrets;
    private final List<EmbeddedServer> servers;
    private final ServerWatch watch;
    private final ArchiveMaker archives;

    private EmbeddedServers(DataDirectory data, ServerClassPath classPath) {
        this.data = data;
        Path home = data.path();
        this.credentials = S3Credentials.of(home);
        this.secrets = Secrets.of(home);
        var users = new KafkaUsers(secrets, home.resolve("kafka"));
        var role = new CassandraRole(secrets.cassandra(), home.resolve("cassandra"));
        this.servers = List.of(
                server(
                        CASSANDRA,
                        log -> CassandraServer.start(classPath, home, log, cassandraPort),
                        process -> CassandraServer.awaitReady(process, cassandraPort, role)),
                server(
                        S3,
                        log -> S3Server.start(classPath, home, log, s3Port, credentials),
                        process -> S3Server.awaitReady(process, s3Port)),
                server(
                        KAFKA,
                        log -> KafkaServer.start(classPath, home, log, kafkaPort, users),
                        process -> KafkaServer.awaitReady(process, kafkaPort, users)));
        this.watch = new ServerWatch(servers);
        this.archives = new ArchiveMaker(servers, classPath, classPath.ownArchive());
    }

    private EmbeddedServer server(String name, Function<Path, ServerProcess> launch, Consumer<ServerProcess> ready) {
        Path log = data.path().resolve("logs").resolve(name + ".log");
        return new EmbeddedServer(name, log, () -> launch.apply(log), ready);
    }

    /**
     * Starts all three servers in parallel and returns when each of them answers real requests.
     *
     * @param projectRoot the project's directory, below which the build stored the class paths
     * @throws EmbeddedServerException when a server does not start; the other servers have been stopped then
     */
    public static EmbeddedServers start(Path projectRoot, Path dataDirectory) {
        EmbeddedServers all = launch(projectRoot, dataDirectory);
        try {
            all.awaitReady(Map.of());
            return all;
        } catch (RuntimeException | Error e) {
            all.close();
            throw e;
        }
    }

    /**
     * Starts the processes of all three servers and returns at once. {@link #awaitReady} must be called before the servers are used.
     *
     * @param projectRoot the project's directory, below which the build stored the class paths
     * @throws EmbeddedServerException when a process cannot be started; the others have been stopped then
     */
    public static EmbeddedServers launch(Path projectRoot, Path dataDirectory) {
        requireJava17();
        DataDirectory data = DataDirectory.open(dataDirectory.toAbsolutePath().normalize());
        EmbeddedServers all = null;
        try {
            all = new EmbeddedServers(data, new ServerClassPath(projectRoot));
            all.servers.forEach(EmbeddedServer::start);
            return all;
        } catch (RuntimeException | Error e) {
            if (all != null) {
                all.close();
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

    /**
     * Waits until each server answers real requests and what is to be done next with it is done. The servers do not wait for each other:
     * Cassandra takes the longest, and leaves processor time to others while it starts. From then on, a server that ends unexpectedly is
     * started again; see {@link #failure}.
     *
     * @param next what is to be done as soon as a server answers, by the name of the server; runs on a thread of its own
     * @throws EmbeddedServerException when a server does not start
     * @throws RuntimeException when something that was to be done next fails
     */
    public void awaitReady(Map<String, Runnable> next) {
        ExecutorService waiting = Executors.newFixedThreadPool(servers.size());
        try {
            var all = new ArrayList<Future<?>>();
            for (EmbeddedServer server : servers) {
                all.add(waiting.submit(() -> {
                    server.awaitReady();
                    next.getOrDefault(server.name(), () -> {}).run();
                }));
            }
            for (Future<?> ready : all) {
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
        watch.start();
        archives.start();
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

    /** Returns the users of Kafka and Cassandra, with their passwords. */
    public Secrets secrets() {
        return secrets;
    }

    /** Returns the process ids by server name, for status and measurements. */
    public Map<String, Long> pids() {
        var pids = new LinkedHashMap<String, Long>();
        servers.forEach(server -> pids.put(server.name(), server.pid()));
        return pids;
    }

    /**
     * Returns why these servers can no longer be used: one of them ended repeatedly although it was restarted. The text names the server,
     * how it ended, and its log. Empty while all is well.
     */
    public Optional<String> failure() {
        return watch.failure();
    }

    /**
     * @param news receives a message, on the thread that watches the server, when a server that ended unexpectedly answers again in a new
     *     process
     */
    public void onRestart(Consumer<String> news) {
        watch.onRestart(news);
    }

    /** Stops restarting servers that end. To be called when the stack is about to end. */
    public void endWatch() {
        watch.close();
    }

    @Override
    public void close() {
        endWatch();
        archives.close();
        var threads = servers.stream()
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
