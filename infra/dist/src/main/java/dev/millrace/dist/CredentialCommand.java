package dev.millrace.dist;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.cli.CliException;
import dev.millrace.cli.ExitCode;
import dev.millrace.cli.Screen;
import dev.millrace.platform.config.Login;
import dev.millrace.platform.files.PrivateFiles;
import dev.millrace.platform.kafka.KafkaSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Hands out credentials of the stack that runs here. */
@Command(
        name = "credential",
        mixinStandardHelpOptions = true,
        description = "Hands out credentials of the stack that runs here.")
final class CredentialCommand implements Runnable {
    @Spec
    @SuppressWarnings("NullAway.Init") // Set by picocli before run.
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "name what for: consumer");
    }

    /** Writes a configuration file for consumers of the completions topic. */
    @Command(
            name = "consumer",
            mixinStandardHelpOptions = true,
            description = {
                "Writes a configuration for consumers of the topic millrace.completions.v1, which may read it in groups that begin",
                "with 'consumer' or 'console-consumer', and may do nothing else. It holds until the stack stops: at its next start",
                "the address is another."
            })
    static final class Consumer implements Callable<Integer> {
        /** The kind of client that the configuration is for. */
        enum Format {
            properties,
            kcat
        }

        private final Screen screen;
        private final RunningServers servers;

        @Option(
                names = "--output",
                paramLabel = "FILE",
                description = "Write it there, readable by you alone (default: standard output).")
        private @Nullable Path output;

        @Option(
                names = "--format",
                paramLabel = "FORMAT",
                description = {
                    "properties: for Java and kafka-console-consumer (--consumer.config FILE).",
                    "kcat: for kcat (-F FILE) and what else is made of librdkafka. Default: ${DEFAULT-VALUE}."
                })
        private Format format = Format.properties;

        Consumer(Screen screen, RunningServers servers) {
            this.screen = screen;
            this.servers = servers;
        }

        @Override
        public Integer call() {
            JsonNode stack = servers.required();
            String bootstrap = stack.path("kafka").asText();
            Login login = login(Path.of(stack.path("secrets").asText(), "kafka-consumer"));
            var text = new StringBuilder();
            (format == Format.kcat ? kcat(bootstrap, login) : java(bootstrap, login))
                    .forEach((key, value) ->
                            text.append(key).append('=').append(value).append('\n'));
            Path file = output;
            if (file == null) {
                screen.out().print(text);
                screen.out().flush();
                return ExitCode.OK;
            }
            try {
                screen.result("written to " + PrivateFiles.write(file, text.toString()));
            } catch (IOException e) {
                throw new CliException(ExitCode.USAGE, file + " cannot be written: " + e.getMessage());
            }
            return ExitCode.OK;
        }

        private static Login login(Path file) {
            try {
                return new Login("consumer", Files.readString(file).strip());
            } catch (IOException e) {
                throw new CliException(
                        ExitCode.NOT_ALLOWED, "the password in " + file + " cannot be read: " + e.getMessage());
            }
        }

        private static Map<String, String> java(String bootstrap, Login login) {
            var config = new TreeMap<>(KafkaSettings.embedded(bootstrap, login).connection());
            config.put("group.id", login.user());
            config.put("isolation.level", "read_committed");
            config.put("auto.offset.reset", "earliest");
            return config;
        }

        /** Uses PLAIN, since librdkafka before 2.6.1 cannot use SCRAM with Kafka 4. */
        private static Map<String, String> kcat(String bootstrap, Login login) {
            var config = new TreeMap<String, String>();
            config.put("bootstrap.servers", bootstrap);
            config.put("security.protocol", "sasl_plaintext");
            config.put("sasl.mechanisms", "PLAIN");
            config.put("sasl.username", login.user());
            config.put("sasl.password", login.password());
            config.put("isolation.level", "read_committed");
            return config;
        }
    }
}
