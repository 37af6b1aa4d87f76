package dev.millrace.cli.command;

import dev.millrace.cli.CliContext;
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

    /** The root with every command that talks to a gateway. */
    public static CommandLine build(CliContext context) {
        var root = new CommandLine(new MillraceCommand());
        root.addSubcommand(new RunCommand(context));
        root.addSubcommand(new SubmitCommand(context));
        root.addSubcommand(new WatchCommand(context));
        root.addSubcommand(new CancelCommand(context));
        root.addSubcommand(new RetryCommand(context));
        root.addSubcommand(new JobsCommand(context));
        root.addSubcommand(new JobCommand(context));
        root.addSubcommand(new TasksCommand(context));
        root.addSubcommand(new LogsCommand(context));
        root.addSubcommand(new FetchCommand(context));
        root.addSubcommand(new WhyCommand(context));
        root.addSubcommand(new ReproduceCommand(context));
        root.addSubcommand(new HistoryCommand(context));
        root.addSubcommand(new FlakyCommand(context));
        root.addSubcommand(new ExecutorsCommand(context));
        root.addSubcommand(new DrainCommand(context));
        root.addSubcommand(new PoolCommand(context));
        root.addSubcommand(new QuotaCommand(context));
        root.addSubcommand(new CompletionCommand(context));
        return root;
    }

    @Override
    public void run() {
        spec.commandLine().usage(spec.commandLine().getOut());
    }
}
