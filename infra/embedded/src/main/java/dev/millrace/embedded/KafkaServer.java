package dev.millrace.embedded;

import dev.millrace.platform.files.PrivateFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.Uuid;

/** A single Kafka node that is both broker and controller, with the settings that the dispatcher's failover needs. */
final class KafkaServer {
    private static final String CLIENTS = "CLIENTS";
    private static final String CONTROLLER = "CONTROLLER";
    private static final Duration READY_LIMIT = Duration.ofSeconds(90);

    private KafkaServer() {}

    static ServerProcess start(ServerClassPath classPath, Path data, Path log, int port, KafkaUsers users) {
        Path config = data.resolve("kafka/server.properties");
        List<String> classes = classPath.options("kafka");
        try {
            PrivateFiles.directory(data.resolve("kafka"));
            PrivateFiles.write(config, properties(data.resolve("kafka/log"), port, FreePort.next(), users));
            PrivateFiles.write(data.resolve("kafka/log4j2.properties"), ServerLogging.LOG4J);
            if (!Files.exists(data.resolve("kafka/log/meta.properties"))) {
                format(classes, data, config, log);
            }
        } catch (IOException e) {
            throw new EmbeddedServerException("cannot prepare the data of Kafka in " + data + ": " + e.getMessage(), e);
        }
        return ServerProcess.start(
                "kafka",
                log,
                data.resolve("kafka"),
                classes,
                List.of(
                        "-Xms128m",
                        "-Xmx384m",
                        "-XX:+UseSerialGC",
                        "-XX:MaxDirectMemorySize=128m",
                        "-Djava.awt.headless=true",
                        "-Dlog4j2.configurationFile=" + data.resolve("kafka/log4j2.properties"),
                        ChildMain.class.getName(),
                        "kafka.Kafka",
                        config.toString()));
    }

    private static void format(List<String> classes, Path data, Path config, Path log) throws IOException {
        ServerProcess format = ServerProcess.start(
                "kafka storage tool",
                log.resolveSibling("kafka-format.log"),
                data.resolve("kafka"),
                classes,
                List.of(
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-Dlog4j2.configurationFile=" + data.resolve("kafka/log4j2.properties"),
                        ChildMain.class.getName(),
                        "kafka.tools.StorageTool",
                        "format",
                        "-t",
                        // The id never begins with a hyphen, so the tool does not take it for an option.
                        Uuid.randomUuid().toString(),
                        "-c",
                        config.toString()));
        var formatted = data.resolve("kafka/log/meta.properties");
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (format.isAlive() && System.nanoTime() < deadline) {
            try {
                TimeUnit.MILLISECONDS.sleep(20);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IOException("interrupted while formatting", e);
            }
        }
        format.close();
        if (!Files.exists(formatted)) {
            throw new IOException("formatting failed: " + format.lastWords());
        }
    }

    /** Waits until the broker knows its users and the platform can log in. */
    static void awaitReady(ServerProcess process, int port, KafkaUsers users) {
        String bootstrap = "127.0.0.1:" + port;
        process.awaitListening(port, READY_LIMIT);
        process.awaitReady(
                () -> {
                    users.tell(bootstrap);
                    return true;
                },
                READY_LIMIT);
        // Each attempt uses a new client. The broker may refuse a login just after it was told about the user, and a
        // client that was refused does not try again.
        process.awaitReady(
                () -> {
                    try (Admin admin = Admin.create(users.client(bootstrap))) {
                        return !admin.describeCluster()
                                .nodes()
                                .get(2, TimeUnit.SECONDS)
                                .isEmpty();
                    }
                },
                READY_LIMIT);
    }

    private static String properties(Path logDirectory, int port, int controllerPort, KafkaUsers users) {
        return String.join("\n", users.configuration(CLIENTS, CONTROLLER)) + "\n"
                + String.join(
                        "\n",
                        "process.roles=broker,controller",
                        "node.id=1",
                        "controller.quorum.voters=1@127.0.0.1:" + controllerPort,
                        "listeners=" + CLIENTS + "://127.0.0.1:" + port + "," + CONTROLLER + "://127.0.0.1:"
                                + controllerPort,
                        "advertised.listeners=" + CLIENTS + "://127.0.0.1:" + port,
                        "controller.listener.names=" + CONTROLLER,
                        "listener.security.protocol.map=" + CLIENTS + ":SASL_PLAINTEXT," + CONTROLLER
                                + ":SASL_PLAINTEXT",
                        "inter.broker.listener.name=" + CLIENTS,
                        "log.dirs=" + logDirectory,
                        "auto.create.topics.enable=false",
                        "num.network.threads=2",
                        "num.io.threads=4",
                        "num.recovery.threads.per.data.dir=2",
                        "background.threads=2",
                        "log.cleaner.threads=1",
                        "log.cleaner.dedupe.buffer.size=16777216",
                        "log.segment.bytes=67108864",
                        "log.index.size.max.bytes=1048576",
                        "offsets.topic.replication.factor=1",
                        "offsets.topic.num.partitions=1",
                        "transaction.state.log.replication.factor=1",
                        "transaction.state.log.min.isr=1",
                        "transaction.state.log.num.partitions=1",
                        "share.coordinator.state.topic.replication.factor=1",
                        "share.coordinator.state.topic.min.isr=1",
                        "share.coordinator.state.topic.num.partitions=1",
                        "min.insync.replicas=1",
                        "group.initial.rebalance.delay.ms=0",
                        "group.min.session.timeout.ms=1000",
                        "transaction.abort.timed.out.transaction.cleanup.interval.ms=500",
                        "");
    }
}
