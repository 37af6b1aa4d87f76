package dev.millrace.dist;

import dev.millrace.cli.CliException;
import dev.millrace.cli.ExitCode;
import dev.millrace.cli.Reproducer;
import dev.millrace.cli.SafeOutput;
import dev.millrace.cli.Screen;
import dev.millrace.executor.Reproduction;
import dev.millrace.executor.settings.ExecutorSettings;
import dev.millrace.platform.config.ConfigException;
import dev.millrace.platform.config.Settings;
import dev.millrace.schemas.event.Outcome;
import dev.millrace.schemas.plan.PlannedTask;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Runs attempts again with the code of the executor. */
final class LocalReproducer implements Reproducer {
    private static final Map<String, String> WHATEVER_THERE_IS =
            Map.of("executor.sandbox", "auto", "executor.slotCpuMillis", "0");

    private static final int MOST_NAMES = 20;

    private final Screen screen;

    LocalReproducer(Screen screen) {
        this.screen = screen;
    }

    /** The executor's settings for this run. {@code inlineLogBytes} is 0, so that all output is shown while the task runs. */
    private static ExecutorSettings settings(Request request, Map<String, String> more) {
        var settings = new TreeMap<>(request.settings());
        settings.putAll(more);
        settings.put("executor.directory", request.directory().toString());
        settings.put("executor.inlineLogBytes", "0");
        return ExecutorSettings.from(Settings.of(settings), "reproduce", request.directory());
    }

    @Override
    public int reproduce(Request request) throws InterruptedException {
        try (Reproduction reproduction = reproduction(request)) {
            PlannedTask task =
                    reproduction.prepare(request.plan(), request.index(), request.retryOf(), request.scopeContext());
            if (request.retryOf() != null) {
                screen.note("that attempt ran only those of its " + task.units().size()
                        + " units that had not passed before; this run does the same");
            }
            screen.note("command: " + Screen.safe(String.join(" ", task.command())));
            screen.note("in " + reproduction.directory() + ", " + reproduction.labels());
            int code = request.shell() ? reproduction.shell() : run(reproduction, request.outcome());
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

    private Reproduction reproduction(Request request) throws IOException {
        try {
            return reproduction(request, settings(request, Map.of()));
        } catch (ConfigException e) {
            screen.note("warning: " + e.getMessage()
                    + "; the task runs with whatever isolation and limits this machine supports");
            return reproduction(request, settings(request, WHATEVER_THERE_IS));
        }
    }

    private static Reproduction reproduction(Request request, ExecutorSettings settings) throws IOException {
        return Reproduction.open(settings, request.artifactService(), request.attempt(), request.slot());
    }

    private int run(Reproduction reproduction, @Nullable String there) throws IOException, InterruptedException {
        Reproduction.Ended ended;
        try (OutputStream out = SafeOutput.of(screen, screen.out());
                OutputStream err = SafeOutput.of(screen, screen.err())) {
            ended = reproduction.run(out, err);
        }
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
        return exitCode(ended.outcome(), there);
    }

    /**
     * If a task started on its executor but cannot start here, this machine lacks something that it needs; that does not count as a failed
     * test.
     */
    private static int exitCode(Outcome here, @Nullable String there) {
        boolean ofMachine = here == Outcome.EXECUTOR_FAILED
                || (here == Outcome.NOT_STARTED && !here.wireName().equals(there));
        return here == Outcome.PASSED ? ExitCode.OK : ofMachine ? ExitCode.INFRASTRUCTURE : ExitCode.TESTS_FAILED;
    }
}
