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
                        "cassandra",
                        log -> CassandraServer.start(classPath, home, log, cassandraPort),
                        process -> CassandraServer.awaitReady(process, cassandraPort, role)),
                server(
                        "s3",
                        log -> S3Server.start(classPath, home, log, s3Port, credentials),
                        process -> S3Server.awaitReady(process, s3Port)),
                server(
                        "kafka",
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
     * Starts all three servers in parallel and returns when each of them answers real requests. A server that ends unexpectedly after that
     * is started again; see {@link #failure}.
     *
     * @param projectRoot the project's directory, below which the build stored the class paths
     * @throws EmbeddedServerException when a server does not start; the other servers have been stopped then
     */
    public static EmbeddedServers start(Path projectRoot, Path dataDirectory) {
        requireJava17();
        DataDirectory data = DataDirectory.open(dataDirectory.toAbsolutePath().normalize());
        EmbeddedServers all = null;
        try {
            all = new EmbeddedServers(data, new ServerClassPath(projectRoot));
            all.servers.forEach(EmbeddedServer::start);
            all.awaitReady();
            all.watch.start();
            all.archives.start();
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

    private void awaitReady() {
        ExecutorService waiting = Executors.newFixedThreadPool(servers.size());
        try {
            var all = new ArrayList<Future<?>>();
            servers.forEach(server -> all.add(waiting.submit(server::awaitReady)));
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
