package dev.millrace.dist;

import dev.millrace.cli.Screen;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The one stack that all integration tests of a Maven run share; it ends with the test JVM. */
public final class SharedStack {
    static final Path ROOT = Path.of(System.getProperty("millrace.root", "../.."))
            .toAbsolutePath()
            .normalize();
    static final Path SCRATCH = Path.of("target/it").toAbsolutePath();

    private static @Nullable SharedStack instance;

    private final EmbeddedPlatform platform;
    private final Path data;

    private SharedStack() {
        data = SCRATCH.resolve("data-" + System.nanoTime());
        Logging.toFile(SCRATCH.resolve("platform.log"));
        platform = EmbeddedPlatform.start(new EmbeddedPlatform.Options(
                ROOT,
                data,
                1,
                2,
                true,
                0,
                Map.of("executor.killGraceMs", "1000", "executor.maxLogBytes", Integer.toString(1 << 20))));
        Runtime.getRuntime().addShutdownHook(new Thread(platform::close, "stop-shared-stack"));
    }

    public static synchronized SharedStack get() {
        SharedStack shared = instance;
        if (shared == null) {
            shared = new SharedStack();
            instance = shared;
        }
        return shared;
    }

    public EmbeddedPlatform platform() {
        return platform;
    }

    Path data() {
        return data;
    }

    URI gateway() {
        return platform.gateway();
    }

    /** The exit code of a command and what it printed. */
    public record Result(int exitCode, String out, String err) {}

    /** Runs a command in this JVM, as the launcher would, against the shared stack. */
    public Result millrace(String... arguments) {
        var secrets = platform.servers().secrets();
        return run(
                Map.of(
                        "MILLRACE_GATEWAY",
                        gateway().toString(),
                        "MILLRACE_KAFKA_USER",
                        secrets.kafka().user(),
                        "MILLRACE_KAFKA_PASSWORD_FILE",
                        secrets.directory().resolve("kafka").toString(),
                        "MILLRACE_CASSANDRA_USER",
                        secrets.cassandra().user(),
                        "MILLRACE_CASSANDRA_PASSWORD_FILE",
                        secrets.directory().resolve("cassandra").toString()),
                arguments);
    }

    static Result run(Map<String, String> environment, String... arguments) {
        var out = new ByteArrayOutputStream();
        var err = new ByteArrayOutputStream();
        var screen = new Screen(
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                false,
                false,
                null);
        var variables = new TreeMap<>(environment);
        variables.putIfAbsent("MILLRACE_STATE_DIR", SCRATCH.resolve("state").toString());
        variables.putIfAbsent("MILLRACE_DATA", SCRATCH.resolve("unused-data").toString());
        var commandLine = Main.commandLine(new Installation(ROOT), screen, variables);
        int exitCode = Main.execute(commandLine, arguments);
        return new Result(exitCode, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    /** Writes a spec into the directory of this name and returns the file. */
    public static Path spec(String name, String yaml) {
        try {
            Path directory = Files.createDirectories(SCRATCH.resolve("specs").resolve(name));
            return Files.writeString(directory.resolve("job.yaml"), yaml);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Returns the ids of all processes on this machine whose environment names the job. */
    static List<Long> processesOf(String jobId) {
        var found = new ArrayList<Long>();
        try (var processes = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
            for (Path process : processes) {
                if (environmentOf(process).contains("MILLRACE_JOB=" + jobId + "\0")) {
                    found.add(Long.parseLong(process.getFileName().toString()));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return found;
    }

    /** Returns the environment of a process, or an empty string if the process has ended or cannot be read. */
    private static String environmentOf(Path process) {
        try {
            return new String(Files.readAllBytes(process.resolve("environ")), StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            return "";
        }
    }
}
