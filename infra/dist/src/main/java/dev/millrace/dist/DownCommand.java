package dev.millrace.dist;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.cli.CliException;
import dev.millrace.cli.ExitCode;
import dev.millrace.cli.Screen;
import dev.millrace.cli.StackProcess;
import dev.millrace.cli.StateDirectory;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;

/** Stops the embedded stack. */
@Command(name = "down", mixinStandardHelpOptions = true, description = "Stops the embedded stack; its data stays.")
final class DownCommand implements Callable<Integer> {
    private static final long LIMIT_S = 60;

    private final Screen screen;
    private final StateDirectory state;

    DownCommand(Screen screen, StateDirectory state) {
        this.screen = screen;
        this.state = state;
    }

    @Override
    public Integer call() throws InterruptedException {
        Optional<JsonNode> stack = state.stack();
        Optional<ProcessHandle> process = stack.flatMap(StackProcess::of);
        if (process.isEmpty()) {
            new StackFile(state.stackFile()).delete();
            screen.result("no stack runs here");
            return ExitCode.OK;
        }
        process.get().destroy();
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(LIMIT_S);
        while (process.get().isAlive()) {
            if (System.nanoTime() > deadline) {
                throw new CliException(
                        ExitCode.INFRASTRUCTURE,
                        "the stack (process " + process.get().pid() + ") did not stop within " + LIMIT_S + " s");
            }
            TimeUnit.MILLISECONDS.sleep(50);
        }
        screen.result("the stack is down; its data is kept in "
                + stack.map(it -> it.path("data").asText()).orElse(""));
        return ExitCode.OK;
    }
}
