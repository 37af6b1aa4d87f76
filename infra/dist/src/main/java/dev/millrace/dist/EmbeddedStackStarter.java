package dev.millrace.dist;

import dev.millrace.cli.Screen;
import dev.millrace.cli.StackStarter;
import java.net.URI;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;

/** Starts the stack for the time of one {@code run}; its history and logs stay in the default data directory. */
final class EmbeddedStackStarter implements StackStarter {
    private final Installation installation;
    private final Map<String, String> environment;

    EmbeddedStackStarter(Installation installation, Map<String, String> environment) {
        this.installation = installation;
        this.environment = environment;
    }

    @Override
    public Stack start(Screen screen) {
        Path data = Installation.defaultData(environment);
        Logging.toFile(data.resolve("logs/platform.log"));
        screen.note("no stack runs here; starting one (Kafka, Cassandra, S3 and all services, data in " + data + ") …");
        long started = System.nanoTime();
        var platform = EmbeddedPlatform.start(new EmbeddedPlatform.Options(
                installation.root(), data, 1, Runtime.getRuntime().availableProcessors(), true, 0, Map.of()));
        screen.note(String.format(Locale.ROOT, "the stack is ready after %.1f s", (System.nanoTime() - started) / 1e9));
        platform.isolation().forEach(screen::note);
        var closing = new Thread(platform::close, "stop-stack");
        Runtime.getRuntime().addShutdownHook(closing);
        return new Stack() {
            @Override
            public URI gateway() {
                return platform.gateway();
            }

            @Override
            public void close() {
                try {
                    Runtime.getRuntime().removeShutdownHook(closing);
                } catch (IllegalStateException e) {
                    // The JVM is going down and the hook closes the stack.
                    return;
                }
                platform.close();
            }
        };
    }
}
