package dev.millrace.dist;

import dev.millrace.cli.CliContext;
import dev.millrace.cli.CliException;
import dev.millrace.cli.ExitCode;
import dev.millrace.cli.Screen;
import dev.millrace.cli.StateDirectory;
import dev.millrace.cli.command.MillraceCommand;
import dev.millrace.embedded.EmbeddedServerException;
import dev.millrace.platform.config.ConfigException;
import java.util.Map;
import picocli.CommandLine;

/** The entry point of everything that the launcher starts. */
public final class Main {
    private Main() {}

    public static void main(String[] args) {
        Installation installation = Installation.of(System.getProperty("millrace.root", "."));
        System.exit(commandLine(installation, Screen.system(), System.getenv()).execute(args));
    }

    /** All commands, ready to execute. */
    static CommandLine commandLine(Installation installation, Screen screen, Map<String, String> environment) {
        var state = StateDirectory.of(environment);
        var starter = new EmbeddedStackStarter(installation, environment);
        var servers = new RunningServers(state, environment);
        CommandLine root = MillraceCommand.build(new CliContext(
                screen,
                environment,
                state,
                starter,
                installation.junitRunner(),
                installation.mavenExtension(),
                new LocalReproducer(screen)));
        root.addSubcommand(new UpCommand(installation, screen, environment, state));
        root.addSubcommand(new DownCommand(screen, state));
        root.addSubcommand(new StatusCommand(screen, state));
        root.addSubcommand(new ServeCommand(screen, environment, servers));
        root.addSubcommand(new WhatIfCommand(screen, servers));
        root.addSubcommand(new AuditCommand(screen, servers));
        root.addSubcommand(new CommandLine(new CredentialCommand())
                .addSubcommand(new CredentialCommand.Consumer(screen, servers)));
        root.setCaseInsensitiveEnumValuesAllowed(true);
        root.setExecutionExceptionHandler((failure, command, parsed) -> explain(screen, failure));
        return root;
    }

    private static int explain(Screen screen, Exception failure) throws Exception {
        if (failure instanceof CliException known) {
            screen.note(screen.bad("error: ") + Screen.safe(String.valueOf(known.getMessage())));
            return known.exitCode();
        }
        if (failure instanceof ConfigException bad) {
            screen.note(screen.bad("error: ") + bad.getMessage());
            return ExitCode.USAGE;
        }
        if (failure instanceof EmbeddedServerException trouble) {
            screen.note(screen.bad("error: ") + trouble.getMessage());
            return ExitCode.INFRASTRUCTURE;
        }
        if (failure instanceof InterruptedException) {
            return ExitCode.INTERRUPTED;
        }
        throw failure;
    }
}
