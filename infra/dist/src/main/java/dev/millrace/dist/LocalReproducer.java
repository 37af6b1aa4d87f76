package dev.millrace.dist;

import dev.millrace.cli.CliException;
import dev.millrace.cli.ExitCode;
import dev.millrace.cli.Reproducer;
import dev.millrace.cli.Screen;
import dev.millrace.executor.ExecutorSettings;
import dev.millrace.executor.Reproduction;
import dev.millrace.platform.config.Settings;
import dev.millrace.schemas.event.Outcome;
import dev.millrace.schemas.plan.PlannedTask;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/** Runs attempts again with the code of the executor. */
final class LocalReproducer implements Reproducer {
    private static final int MOST_NAMES = 20;

    private final Screen screen;

    LocalReproducer(Screen screen) {
        this.screen = screen;
    }

    /** All of the output is shown, as it comes. */
    private static ExecutorSettings settings(Request request) {
        return ExecutorSettings.from(
                Settings.of(Map.of(
                        "executor.directory", request.directory().toString(),
                        "executor.inlineLogBytes", "0",
                        "executor.tailBytesPerSecond", Integer.toString(16 << 20))),
                "reproduce",
                request.directory());
    }

    @Override
    public int reproduce(Request request) throws InterruptedException {
        try (var reproduction =
                new Reproduction(settings(request), request.artifactService(), request.attempt(), request.slot())) {
            PlannedTask task = reproduction.prepare(request.plan(), request.index());
            screen.note("command: " + Screen.safe(String.join(" ", task.command())));
            screen.note("in " + reproduction.directory() + ", " + reproduction.labels());
            int code = request.shell() ? reproduction.shell() : run(reproduction);
            if (request.keep()) {
                screen.note("kept in " + reproduction.directory().getParent());
            } else {
                reproduction.discard();
            }
            return code;
        } catch (IOException e) {
            throw new CliException(ExitCode.INFRASTRUCTURE, "the task cannot be run here: " + e.getMessage());
        }
    }

    private int run(Reproduction reproduction) throws IOException, InterruptedException {
        Reproduction.Ended ended = reproduction.run(screen.out(), screen.err());
        List<String> failed = ended.failed();
        failed.stream().limit(MOST_NAMES).forEach(name -> screen.note("  failed: " + Screen.safe(name)));
        if (failed.size() > MOST_NAMES) {
            screen.note("  … and " + (failed.size() - MOST_NAMES) + " more");
        }
        String reason = ended.reason();
        screen.note("here it "
                + (ended.outcome() == Outcome.PASSED
                        ? "passed"
                        : "ended as " + ended.outcome().wireName())
                + (reason == null ? "" : ": " + Screen.safe(reason)));
        return ended.outcome() == Outcome.PASSED
                ? ExitCode.OK
                : ended.outcome() == Outcome.EXECUTOR_FAILED ? ExitCode.INFRASTRUCTURE : ExitCode.TESTS_FAILED;
    }
}
