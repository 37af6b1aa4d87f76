package dev.millrace.cli.command.inspect;

import dev.millrace.cli.CliContext;
import dev.millrace.cli.CliException;
import dev.millrace.cli.ExitCode;
import dev.millrace.cli.SafeOutput;
import dev.millrace.cli.client.GatewayClient;
import dev.millrace.cli.command.option.GatewayOption;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Show the output of a task. */
@Command(
        name = "logs",
        mixinStandardHelpOptions = true,
        description =
                "Shows what a task wrote: its standard output on standard output, its standard error on standard error.")
public final class LogsCommand implements Callable<Integer> {
    private final CliContext context;

    @Mixin
    private final GatewayOption gateway = new GatewayOption();

    @Parameters(paramLabel = "TASK", description = "A task's id, or its name in the last job submitted.")
    private String task = "";

    @Option(
            names = "--attempt",
            paramLabel = "N",
            description = "The attempt (default: the one that gave the verdict, or the last).")
    private @Nullable Integer attempt;

    @Option(
            names = {"-f", "--follow"},
            description = "Go on until the attempt ends.")
    private boolean follow;

    @Option(
            names = "--stream",
            paramLabel = "STREAM",
            description =
                    "stdout, stderr, or combined for both in the order they were written (default: each where it belongs;"
                            + " --follow and --timestamps: combined).")
    private @Nullable String stream;

    @Option(names = "--timestamps", description = "Begin each line with its time.")
    private boolean timestamps;

    public LogsCommand(CliContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        GatewayClient client = gateway.client(context);
        String taskId = TaskName.resolve(context, client, task);
        if (stream != null || follow || timestamps) {
            show(
                    client,
                    taskId,
                    stream == null ? "combined" : stream,
                    context.screen().out());
        } else {
            show(client, taskId, "stdout", context.screen().out());
            show(client, taskId, "stderr", context.screen().err());
        }
        return 0;
    }

    private void show(GatewayClient client, String taskId, String which, PrintStream to) {
        String path = "/v1/tasks/" + taskId + "/log?stream=" + which + (follow ? "&follow=true" : "")
                + (timestamps ? "&timestamps=true" : "")
                + (attempt == null ? "" : "&attempt=" + attempt);
        try (OutputStream shown = SafeOutput.of(context.screen(), to)) {
            if (follow) {
                client.follow(path, shown);
            } else {
                client.download(path, shown);
            }
        } catch (IOException e) {
            throw new CliException(ExitCode.INFRASTRUCTURE, "the log cannot be read: " + e.getMessage());
        }
    }
}
