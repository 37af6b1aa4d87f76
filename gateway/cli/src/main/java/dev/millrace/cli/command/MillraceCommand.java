package dev.millrace.cli.command;

import dev.millrace.cli.CliContext;
import dev.millrace.cli.command.inspect.FlakyCommand;
import dev.millrace.cli.command.inspect.HistoryCommand;
import dev.millrace.cli.command.inspect.LogsCommand;
import dev.millrace.cli.command.inspect.ReproduceCommand;
import dev.millrace.cli.command.inspect.TasksCommand;
import dev.millrace.cli.command.inspect.WhyCommand;
import dev.millrace.cli.command.job.CancelCommand;
import dev.millrace.cli.command.job.FetchCommand;
import dev.millrace.cli.command.job.JobCommand;
import dev.millrace.cli.command.job.JobsCommand;
import dev.millrace.cli.command.job.RetryCommand;
import dev.millrace.cli.command.job.RunCommand;
import dev.millrace.cli.command.job.SubmitCommand;
import dev.millrace.cli.command.job.WatchCommand;
import dev.millrace.cli.command.option.SharedOptions;
import dev.millrace.cli.command.pool.DrainCommand;
import dev.millrace.cli.command.pool.ExecutorsCommand;
import dev.millrace.cli.command.pool.PoolCommand;
import dev.millrace.cli.command.pool.QuotaCommand;
import dev.millrace.cli.command.pool.ScopeCommand;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** The root command. */
@Command(
        name = "millrace",
        mixinStandardHelpOptions = true,
        version = "millrace 0.1.0",
        description = "Runs test suites on a pool of machines, and can prove what happened to every test.",
        footer = {
            "",
            "Options that commands share, such as --gateway URL and --output FORMAT,",
            "  may stand before the command as well.",
            "",
            "Exit codes: 0 all passed, 88 tests failed, 2 usage or bad spec,",
            "  3 cannot reach the gateway, 4 not allowed, 5 infrastructure failure",
            "  or expired, 6 cancelled, 130 interrupted."
        })
public final class MillraceCommand implements Runnable {
    @Spec
    @SuppressWarnings("NullAway.Init") // Set by picocli before run.
    private CommandSpec spec;

    /** Returns the commands of this module by their names. */
    public static Map<String, Supplier<Object>> commands(CliContext context) {
        var commands = new LinkedHashMap<String, Supplier<Object>>();
        commands.put("run", () -> new RunCommand(context));
        commands.put("submit", () -> new SubmitCommand(context));
        commands.put("watch", () -> new WatchCommand(context));
        commands.put("cancel", () -> new CancelCommand(context));
        commands.put("retry", () -> new RetryCommand(context));
        commands.put("jobs", () -> new JobsCommand(context));
        commands.put("job", () -> new JobCommand(context));
        commands.put("tasks", () -> new TasksCommand(context));
        commands.put("logs", () -> new LogsCommand(context));
        commands.put("fetch", () -> new FetchCommand(context));
        commands.put("why", () -> new WhyCommand(context));
        commands.put("reproduce", () -> new ReproduceCommand(context));
        commands.put("history", () -> new HistoryCommand(context));
        commands.put("flaky", () -> new FlakyCommand(context));
        commands.put("executors", () -> new ExecutorsCommand(context));
        commands.put("drain", () -> new DrainCommand(context));
        commands.put("pool", () -> new PoolCommand(context));
        commands.put("scope", () -> new ScopeCommand(context));
        commands.put("quota", () -> new QuotaCommand(context));
        commands.put("completion", () -> new CompletionCommand(context));
        return commands;
    }

    /**
     * Returns the root command with only the subcommand that the arguments name, or with all subcommands if they name none. Picocli takes
     * some milliseconds to create a command, so creating all of them would take most of the time of a short command.
     */
    public static CommandLine root(Map<String, Supplier<Object>> commands, String... arguments) {
        var root = new CommandLine(new MillraceCommand());
        Optional<String> named = SharedOptions.command(commands.keySet(), arguments);
        commands.forEach((name, command) -> {
            if (named.isEmpty() || named.get().equals(name)) {
                root.addSubcommand(command.get());
            }
        });
        return root;
    }

    @Override
    public void run() {
        spec.commandLine().usage(spec.commandLine().getOut());
    }
}
