package dev.millrace.dist;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.cli.CliException;
import dev.millrace.cli.ExitCode;
import dev.millrace.cli.Screen;
import dev.millrace.cli.StackProcess;
import dev.millrace.cli.StateDirectory;
import dev.millrace.cli.client.GatewayClient;
import dev.millrace.platform.files.PrivateFiles;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Starts the embedded stack, in the foreground or detached. */
@Command(
        name = "up",
        mixinStandardHelpOptions = true,
        description = {
            "Starts the embedded stack: real Kafka, Cassandra and S3 servers and all services on this machine.",
            "Everything binds to loopback. Data survives down and up."
        })
final class UpCommand implements Callable<Integer> {
    private static final long DETACH_LIMIT_S = 180;
    private static final long SETTLE_LIMIT_S = 10;

    /** The exit code that tells the launcher to start the stack again; it is the code for a temporary failure in {@code sysexits.h}. */
    private static final int START_AGAIN = 75;

    private final Installation installation;
    private final Screen screen;
    private final Map<String, String> environment;
    private final StateDirectory state;

    @Option(
            names = "--slots",
            paramLabel = "N",
            description = "Tasks an executor runs at once (default: the number of cores).")
    private int slots = Runtime.getRuntime().availableProcessors();

    @Option(
            names = "--executors",
            paramLabel = "N",
            description = "Executors in this process (default: ${DEFAULT-VALUE}).")
    private int executors = 1;

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description = "Where data is kept (default: $MILLRACE_DATA or ~/.local/share/millrace).")
    private @Nullable Path data;

    @Option(names = "--port", paramLabel = "N", description = "The gateway's port (default: a free one).")
    private int port;

    @Option(
            names = "--external-scheduler",
            description = "Start none here: it runs apart, one instance or more, by 'millrace serve scheduler'.")
    private boolean externalScheduler;

    @Option(names = "--detach", description = "Return once the stack is ready; stop it with 'millrace down'.")
    private boolean detach;

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            description = "A setting of a service, such as scheduler.leaseMs=8000.")
    private Map<String, String> settings = Map.of();

    UpCommand(Installation installation, Screen screen, Map<String, String> environment, StateDirectory state) {
        this.installation = installation;
        this.screen = screen;
        this.environment = environment;
        this.state = state;
    }

    @Override
    public Integer call() throws InterruptedException {
        requireInRange();
        Path directory = (data != null ? data : Installation.defaultData(environment))
                .toAbsolutePath()
                .normalize();
        Optional<JsonNode> running = settled();
        if (running.isPresent()) {
            String where = running.get().path("data").asText();
            if (running.get().path("temporary").asBoolean()) {
                throw new CliException(
                        ExitCode.USAGE,
                        "a 'millrace run' has started a stack on " + where
                                + " for as long as it takes; wait for its end, or stop it with 'millrace down'");
            }
            if (detach && where.equals(directory.toString())) {
                screen.result("the stack runs already: "
                        + running.get().path("gateway").asText());
                return ExitCode.OK;
            }
            throw new CliException(
                    ExitCode.USAGE, "a stack runs already on " + where + "; stop it with 'millrace down'");
        }
        requireFree(port);
        return detach ? startDetached(directory) : runHere(directory);
    }

    /**
     * Returns the stack that runs here. If the stack does not answer, it may have been killed just now, so this waits some seconds for its
     * process to end.
     */
    private Optional<JsonNode> settled() throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(SETTLE_LIMIT_S);
        while (true) {
            Optional<JsonNode> running =
                    state.stack().filter(stack -> StackProcess.of(stack).isPresent());
            if (running.isEmpty()
                    || new GatewayClient(
                                    URI.create(running.get().path("gateway").asText()))
                            .isThere()) {
                return running;
            }
            if (System.nanoTime() > deadline) {
                throw new CliException(
                        ExitCode.INFRASTRUCTURE,
                        "a stack is there, process " + running.get().path("pid").asLong()
                                + ", but does not answer; stop it with 'millrace down'");
            }
            TimeUnit.MILLISECONDS.sleep(100);
        }
    }

    private void requireInRange() {
        if (port < 0 || port > 65_535) {
            throw new CliException(ExitCode.USAGE, "bad value '" + port + "' for --port; accepted: 0 to 65535");
        }
        if (slots < 1 || slots > 1_000) {
            throw new CliException(ExitCode.USAGE, "bad value '" + slots + "' for --slots; accepted: 1 to 1000");
        }
        if (executors < 0 || executors > 100) {
            throw new CliException(ExitCode.USAGE, "bad value '" + executors + "' for --executors; accepted: 0 to 100");
        }
        ServiceSettings.refuseUnknown(settings);
        ServiceSettings.refuseThoseOfTheStack(settings);
    }

    private static void requireFree(int port) {
        try (var socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            socket.setReuseAddress(true);
        } catch (IOException e) {
            throw new CliException(
                    ExitCode.USAGE,
                    "bad value '" + port + "' for --port: it is not available (" + e.getMessage()
                            + "); name another, or leave it out for a free one");
        }
    }

    private int runHere(Path directory) throws InterruptedException {
        Logging.toFile(directory.resolve("logs/platform.log"));
        long started = System.nanoTime();
        var platform = EmbeddedPlatform.start(new EmbeddedPlatform.Options(
                installation.root(), directory, executors, slots, !externalScheduler, port, settings));
        var stackFile = new StackFile(state.stackFile());
        var done = new CountDownLatch(1);
        Runtime.getRuntime()
                .addShutdownHook(new Thread(
                        () -> {
                            stackFile.delete();
                            platform.close();
                            done.countDown();
                        },
                        "stop-stack"));
        stackFile.write(platform, directory, executors, slots, false);
        screen.result(String.format(
                Locale.ROOT,
                "ready after %.1f s: %s (%d × %d slots, data in %s)",
                (System.nanoTime() - started) / 1e9,
                platform.gateway(),
                executors,
                slots,
                directory));
        platform.isolation().forEach(screen::result);
        stackFile.follow(platform, screen);
        while (!done.await(1, TimeUnit.SECONDS)) {
            Optional<String> failure = platform.servers().failure();
            if (failure.isPresent()) {
                screen.note(screen.bad("error: ") + failure.get());
                return START_AGAIN;
            }
        }
        return ExitCode.OK;
    }

    private int startDetached(Path directory) throws InterruptedException {
        Path log = directory.resolve("logs/up.log");
        try {
            PrivateFiles.directory(directory);
            PrivateFiles.directory(directory.resolve("logs"));
            PrivateFiles.touch(log);
            var builder = new ProcessBuilder(command(directory))
                    .redirectErrorStream(true)
                    .redirectInput(
                            ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                    .redirectOutput(log.toFile());
            Process process = builder.start();
            return awaitReady(process, log);
        } catch (IOException e) {
            throw new CliException(ExitCode.INFRASTRUCTURE, "cannot start the stack: " + e.getMessage());
        }
    }

    private List<String> command(Path directory) {
        // The stack gets a session of its own, so that it does not end when the terminal is closed.
        var command =
                new ArrayList<String>(List.of("setsid", installation.launcher().toString(), "up"));
        command.addAll(List.of("--slots", Integer.toString(slots), "--executors", Integer.toString(executors)));
        command.addAll(List.of("--port", Integer.toString(port), "--data", directory.toString()));
        if (externalScheduler) {
            command.add("--external-scheduler");
        }
        settings.forEach((key, value) -> command.addAll(List.of("--set", key + "=" + value)));
        return command;
    }

    private int awaitReady(Process process, Path log) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(DETACH_LIMIT_S);
        while (System.nanoTime() < deadline) {
            Optional<JsonNode> stack =
                    state.stack().filter(it -> StackProcess.of(it).isPresent());
            if (stack.isPresent()) {
                screen.result(Files.readString(log).strip());
                return ExitCode.OK;
            }
            if (!process.isAlive()) {
                throw new CliException(
                        ExitCode.INFRASTRUCTURE,
                        "the stack did not start:\n"
                                + Files.readString(log, StandardCharsets.UTF_8).strip());
            }
            TimeUnit.MILLISECONDS.sleep(100);
        }
        process.destroy();
        throw new CliException(
                ExitCode.INFRASTRUCTURE, "the stack was not ready within " + DETACH_LIMIT_S + " s; see " + log);
    }
}
