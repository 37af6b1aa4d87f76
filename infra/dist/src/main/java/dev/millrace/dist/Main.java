package dev.millrace.dist;

import dev.millrace.cli.CliContext;
import dev.millrace.cli.CliException;
import dev.millrace.cli.ExitCode;
import dev.millrace.cli.OutputException;
import dev.millrace.cli.Screen;
import dev.millrace.cli.StateDirectory;
import dev.millrace.cli.command.MillraceCommand;
import dev.millrace.cli.command.option.SharedOptions;
import dev.millrace.embedded.EmbeddedServerException;
import dev.millrace.platform.config.ConfigException;
import dev.millrace.platform.files.PrivateFiles;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Supplier;
import picocli.CommandLine;

/** The entry point of everything that the launcher starts. */
public final class Main {
    private Main() {}

    public static void main(String[] args) {
        Installation installation = Installation.of(System.getProperty("millrace.root", "."));
        Screen screen = Screen.system();
        System.exit(execute(commandLine(installation, screen, System.getenv(), args), args));
    }

    /** Runs a command and returns its exit code. */
    static int execute(CommandLine commands, String... args) {
        return commands.execute(SharedOptions.behindTheCommand(commands, args));
    }

    /** Returns the command line with the command that the arguments name, or with all commands if they name none. */
    static CommandLine commandLine(
            Installation installation, Screen screen, Map<String, String> environment, String... args) {
        var state = StateDirectory.of(environment);
        var starter = new EmbeddedStackStarter(installation, environment, state);
        var servers = new RunningServers(state, environment);
        Map<String, Supplier<Object>> commands = MillraceCommand.commands(new CliContext(
                screen,
                environment,
                state,
                starter,
                installation.junitRunner(),
                installation.mavenExtension(),
                new LocalReproducer(screen)));
        commands.put("up", () -> new UpCommand(installation, screen, environment, state));
        commands.put("down", () -> new DownCommand(screen, state));
        commands.put("status", () -> new StatusCommand(screen, state));
        commands.put("serve", () -> new ServeCommand(screen, environment, servers));
        commands.put("whatif", () -> new WhatIfCommand(screen, servers));
        commands.put("audit", () -> new AuditCommand(screen, servers));
        commands.put("credential", () -> new CommandLine(new CredentialCommand())
                .addSubcommand(new CredentialCommand.Consumer(screen, servers)));
        CommandLine root = MillraceCommand.root(commands, args);
        root.setCaseInsensitiveEnumValuesAllowed(true);
        // Help is written outside of any command, so failed writes are handled here too.
        root.setExecutionStrategy(parsed -> {
            try {
                return new CommandLine.RunLast().execute(parsed);
            } catch (OutputException e) {
                return explain(screen, e);
            } catch (LinkageError | AssertionError e) {
                // Without this the error would end only this thread, and the process would go on with the threads that
                // were started.
                return unforeseen(screen, state, e);
            }
        });
        root.setExecutionExceptionHandler((failure, command, parsed) -> explain(screen, state, failure));
        root.setOut(new PrintWriter(screen.out(), true, StandardCharsets.UTF_8));
        root.setErr(new PrintWriter(screen.err(), true, StandardCharsets.UTF_8));
        return root;
    }

    private static int explain(Screen screen, OutputException failure) {
        if (failure.isClosedPipe()) {
            return ExitCode.CLOSED_PIPE;
        }
        screen.note(screen.bad("error: ") + "standard output cannot be written: " + failure.getMessage());
        return ExitCode.INFRASTRUCTURE;
    }

    private static int explain(Screen screen, StateDirectory state, Exception failure) {
        if (failure instanceof OutputException output) {
            return explain(screen, output);
        }
        if (failure instanceof CliException known) {
            screen.note(screen.bad("error: ") + Screen.safe(String.valueOf(known.getMessage())));
            return known.exitCode();
        }
        if (failure instanceof ConfigException bad) {
            screen.note(screen.bad("error: ") + Screen.safe(String.valueOf(bad.getMessage())));
            return ExitCode.USAGE;
        }
        if (failure instanceof EmbeddedServerException trouble) {
            screen.note(screen.bad("error: ") + Screen.safe(String.valueOf(trouble.getMessage())));
            return ExitCode.INFRASTRUCTURE;
        }
        if (failure instanceof InterruptedException) {
            return ExitCode.INTERRUPTED;
        }
        return unforeseen(screen, state, failure);
    }

    /**
     * Reports an unexpected error: shows the user the first line of its message and its last cause, and writes the stack trace to a file.
     */
    private static int unforeseen(Screen screen, StateDirectory state, Throwable failure) {
        Throwable last = failure;
        while (last.getCause() != null) {
            last = last.getCause();
        }
        String message =
                String.valueOf(failure.getMessage()).lines().findFirst().orElse("");
        screen.note(screen.bad("error: ")
                + Screen.safe(message)
                + (last == failure || message.contains(String.valueOf(last.getMessage()))
                        ? ""
                        : "; caused by: " + Screen.safe(String.valueOf(last.getMessage()))));
        var trace = new StringWriter();
        failure.printStackTrace(new PrintWriter(trace));
        Path file = state.path().resolve("last-error.txt");
        try {
            PrivateFiles.directory(state.path());
            screen.note("its stack trace is in " + PrivateFiles.write(file, trace.toString()));
        } catch (IOException e) {
            screen.note(trace.toString());
        }
        return ExitCode.INFRASTRUCTURE;
    }
}
