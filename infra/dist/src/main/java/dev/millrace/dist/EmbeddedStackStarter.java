package dev.millrace.dist;

import dev.millrace.cli.CliException;
import dev.millrace.cli.ExitCode;
import dev.millrace.cli.Screen;
import dev.millrace.cli.StackLock;
import dev.millrace.cli.StackProcess;
import dev.millrace.cli.StackStarter;
import dev.millrace.cli.StateDirectory;
import java.net.URI;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Starts a stack for one {@code run}; its history and logs stay in the default data directory. Meanwhile other commands can find and use
 * the stack. It stops when the last {@code run} that uses it has ended.
 */
final class EmbeddedStackStarter implements StackStarter {
    private final Installation installation;
    private final Map<String, String> environment;
    private final StateDirectory state;

    EmbeddedStackStarter(Installation installation, Map<String, String> environment, StateDirectory state) {
        this.installation = installation;
        this.environment = environment;
        this.state = state;
    }

    @Override
    public Stack start(Screen screen) {
        state.stack().flatMap(StackProcess::of).ifPresent(process -> {
            throw new CliException(
                    ExitCode.INFRASTRUCTURE,
                    "a stack is there, process " + process.pid()
                            + ", but is not ready; try again when it is, or stop it with 'millrace down'");
        });
        Path data = Installation.defaultData(environment);
        int slots = Runtime.getRuntime().availableProcessors();
        Logging.toFile(data.resolve("logs/platform.log"));
        screen.note("no stack runs here; starting one (Kafka, Cassandra, S3 and all services, data in " + data + ") …");
        long started = System.nanoTime();
        var platform = EmbeddedPlatform.start(
                new EmbeddedPlatform.Options(installation.root(), data, 1, slots, true, 0, Map.of()));
        screen.note(String.format(Locale.ROOT, "the stack is ready after %.1f s", (System.nanoTime() - started) / 1e9));
        platform.isolation().forEach(screen::note);
        var stackFile = new StackFile(state.stackFile());
        stackFile.write(platform, data, 1, slots, true);
        stackFile.follow(platform, screen);
        var closing = new Thread(() -> end(stackFile, platform), "stop-stack");
        Runtime.getRuntime().addShutdownHook(closing);
        return new Stack() {
            @Override
            public URI gateway() {
                return platform.gateway();
            }

            @Override
            public Optional<String> failure() {
                return platform.servers().failure();
            }

            /** Removes the shutdown hook; returns false if the JVM is already shutting down, so that the hook stops the stack. */
            private boolean isStillOurs() {
                try {
                    return Runtime.getRuntime().removeShutdownHook(closing);
                } catch (IllegalStateException e) {
                    return false;
                }
            }

            @Override
            @SuppressWarnings("try") // A lock is held, not used.
            public void close() {
                // The hook stays registered during the wait for other commands, so that it stops the stack properly if
                // this process is terminated meanwhile.
                try (StackLock change = StackLock.change(state, screen)) {
                    if (isStillOurs()) {
                        end(stackFile, platform);
                    }
                }
            }
        };
    }

    private static void end(StackFile stackFile, EmbeddedPlatform platform) {
        stackFile.delete();
        platform.close();
    }
}
