package dev.millrace.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs a program that logs too much, with the logging configuration and library of each server, and checks that the log files stay bounded.
 */
@Timeout(180)
class ServerLogsIT {
    private static final long MAX_BYTES = ServerLogging.MAX_MB * 1024L * 1024;
    private static final String LINE = "garbage ".repeat(1_000);

    @TempDir
    private Path data = Path.of("unset");

    /** Logs three times as many bytes as a log file may have, and then prints a last line. */
    public static final class Flood {
        private Flood() {}

        public static void main(String[] args) {
            Logger log = LoggerFactory.getLogger(Flood.class);
            for (long bytes = 0; bytes < 3 * MAX_BYTES; bytes += LINE.length()) {
                log.error(LINE);
            }
            log.error("the last word");
            System.out.println("printed");
        }
    }

    private void flood(String server, String configuration, String property, String name) throws Exception {
        Path home = Files.createDirectories(data.resolve(server));
        Path log = data.resolve("logs/" + server + ".log");
        Path file = home.resolve(name);
        Files.writeString(file, configuration);
        Path root = Path.of(System.getProperty("millrace.root", "../.."))
                .toAbsolutePath()
                .normalize();
        Path tests = Path.of(
                Flood.class.getProtectionDomain().getCodeSource().getLocation().toURI());

        try (ServerProcess process = ServerProcess.start(
                server,
                log,
                home,
                List.of("-cp", new ServerClassPath(root).of(server) + ":" + tests),
                List.of("-D" + property + "=" + file, ChildMain.class.getName(), Flood.class.getName()))) {
            await("it has logged all").atMost(Duration.ofSeconds(120)).until(() -> !process.isAlive());

            assertThat(process.lastWords()).contains("the last word").contains("printed");
        }
        Path old = log.resolveSibling(server + ".log.1");
        assertThat(log).content().contains("the last word");
        assertThat(Files.size(log)).isLessThan(MAX_BYTES + MAX_BYTES / 10);
        assertThat(Files.size(old)).isBetween(MAX_BYTES / 2, MAX_BYTES + MAX_BYTES / 10);
        assertThat(Files.size(ServerLogging.printed(log))).isLessThan(10_000);
        try (var files = Files.list(data.resolve("logs"))) {
            assertThat(files).hasSize(3);
        }
    }

    @Test
    void theLogOfKafkaIsBounded() throws Exception {
        flood("kafka", ServerLogging.LOG4J, "log4j2.configurationFile", "log4j2.properties");
    }

    @Test
    void theLogOfCassandraIsBounded() throws Exception {
        flood("cassandra", ServerLogging.LOGBACK, "logback.configurationFile", "logback.xml");
    }

    @Test
    void theLogOfS3IsBounded() throws Exception {
        flood("s3", ServerLogging.LOGBACK, "logback.configurationFile", "logback.xml");
    }
}
