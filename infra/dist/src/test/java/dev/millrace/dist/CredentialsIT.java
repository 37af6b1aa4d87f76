package dev.millrace.dist;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.datastax.oss.driver.api.core.AllNodesFailedException;
import dev.millrace.platform.cassandra.CassandraSettings;
import dev.millrace.platform.config.Login;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests what the servers of the stack allow without credentials and with the credentials of a consumer. */
class CredentialsIT {
    private static final String COMPLETIONS = "millrace.completions.v1";
    private static final Duration LIMIT = Duration.ofSeconds(60);

    @TempDir
    private Path directory = Path.of(".");

    private final SharedStack stack = SharedStack.get();

    /** Writes a stack file, so that commands find the shared stack as if 'up' had started it. */
    @BeforeEach
    void describeStack() {
        new StackFile(directory.resolve("state/stack.json")).write(stack.platform(), stack.data(), 1, 2, false);
    }

    private SharedStack.Result credential(String... more) {
        var arguments = new java.util.ArrayList<>(List.of("credential", "consumer"));
        arguments.addAll(List.of(more));
        return SharedStack.run(
                Map.of("MILLRACE_STATE_DIR", directory.resolve("state").toString()), arguments.toArray(String[]::new));
    }

    private Map<String, Object> consumer() throws IOException {
        var result = credential();
        assertThat(result.exitCode()).as(result.err()).isZero();
        var properties = new Properties();
        properties.load(new StringReader(result.out()));
        Map<String, Object> config = new HashMap<>();
        properties.forEach((key, value) -> config.put(key.toString(), value));
        config.put("max.block.ms", "20000");
        return config;
    }

    private String finishedJob() {
        String jobId = stack.millrace(
                        "submit",
                        "--no-wait",
                        SharedStack.spec(
                                        "credentials",
                                        "apiVersion: millrace.dev/v1\nname: credentials\ntasks:\n  - {id: t, command: ['true']}\n")
                                .toString())
                .out()
                .strip();
        assertThat(stack.millrace("watch", jobId).exitCode()).isZero();
        return jobId;
    }

    @Test
    void inNoCredentialsShouldBeRefusedByKafkaAndCassandra() {
        Map<String, Object> anonymous = Map.of(
                "bootstrap.servers",
                stack.platform().kafka().bootstrap(),
                "default.api.timeout.ms",
                "5000",
                "request.timeout.ms",
                "2000");
        try (Admin admin = Admin.create(anonymous)) {
            assertThatThrownBy(() -> admin.listTopics().names().get(30, TimeUnit.SECONDS))
                    .isInstanceOf(ExecutionException.class);
        }
        String contactPoint = stack.platform().servers().cassandraContactPoint();
        for (var settings : List.of(
                new CassandraSettings(contactPoint, "datacenter1", "millrace", 1, 0, null),
                CassandraSettings.embedded(contactPoint, new Login("cassandra", "cassandra")))) {
            assertThatThrownBy(() -> settings.open("stranger").close())
                    .isInstanceOf(AllNodesFailedException.class)
                    .hasMessageContaining("uthenticat");
        }
    }

    @Test
    void inConsumersFileShouldReadCompletionsInItsGroup() throws Exception {
        String jobId = finishedJob();
        try (var consumer = new KafkaConsumer<>(consumer(), new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            consumer.subscribe(List.of(COMPLETIONS));
            long deadline = System.nanoTime() + LIMIT.toNanos();
            boolean found = false;
            while (!found && System.nanoTime() < deadline) {
                for (var record : consumer.poll(Duration.ofMillis(500))) {
                    found |= new String(record.key(), StandardCharsets.UTF_8).equals(jobId);
                }
            }
            assertThat(found).as("the job's completion was read").isTrue();
        }
    }

    @Test
    void inConsumersFileShouldNeitherWriteNorReadOtherTopicsNorJoinOtherGroups() throws Exception {
        try (var producer = new KafkaProducer<>(consumer(), new ByteArraySerializer(), new ByteArraySerializer())) {
            assertThatThrownBy(() -> producer.send(new ProducerRecord<>(COMPLETIONS, new byte[1]))
                            .get(60, TimeUnit.SECONDS))
                    .hasCauseInstanceOf(AuthorizationException.class);
        }
        for (var other : Map.of("millrace.jobs.v1", "consumer", COMPLETIONS, "millrace-projector")
                .entrySet()) {
            var config = consumer();
            config.put("group.id", other.getValue());
            try (var consumer = new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
                consumer.subscribe(List.of(other.getKey()));
                assertThatThrownBy(() -> {
                            long deadline = System.nanoTime() + LIMIT.toNanos();
                            while (System.nanoTime() < deadline) {
                                consumer.poll(Duration.ofMillis(500));
                            }
                        })
                        .isInstanceOf(AuthorizationException.class);
            }
        }
    }

    @Test
    void inFileShouldBePrivateAndGoodForKcat() throws Exception {
        String jobId = finishedJob();
        Path file = directory.resolve("kcat.conf");

        var result = credential("--format", "kcat", "--output", file.toString());

        assertThat(result.exitCode()).as(result.err()).isZero();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        Process kcat = new ProcessBuilder(
                        "kcat", "-F", file.toString(), "-C", "-t", COMPLETIONS, "-o", "beginning", "-e", "-f", "%k\n")
                .redirectErrorStream(true)
                .start();
        String said = new String(kcat.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(kcat.waitFor()).as(said).isZero();
        assertThat(said.lines()).contains(jobId);
    }

    @Test
    void inNoStackShouldSayHowToStartOne() {
        var result = SharedStack.run(
                Map.of("MILLRACE_STATE_DIR", directory.resolve("empty").toString()), "credential", "consumer");

        assertThat(result.exitCode()).isEqualTo(3);
        assertThat(result.err()).contains("no stack runs here; start one with 'millrace up'");
    }

    @Test
    void inDataDirectoryShouldLetNobodyElseIn() throws Exception {
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(stack.data())))
                .isEqualTo("rwx------");
        try (var files = Files.find(stack.data(), 3, (path, is) -> is.isRegularFile())) {
            for (Path file : files.toList()) {
                String name = file.toString();
                if (name.contains("/secrets/") || name.endsWith(".properties") || name.endsWith("s3-credentials")) {
                    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                            .as(name)
                            .isEqualTo("rw-------");
                }
            }
        }
    }
}
