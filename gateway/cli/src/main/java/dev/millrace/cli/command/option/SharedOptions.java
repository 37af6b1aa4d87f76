package dev.millrace.cli.command.option;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import picocli.CommandLine;

/** Allows the options that commands share to stand before the command as well as after it. Has no side effects. */
public final class SharedOptions {
    private static final Set<String> NAMES = Set.of("--gateway", "--config", "--output", "--owner");

    private SharedOptions() {}

    /**
     * Returns the command that the arguments name. Empty if the output depends on all commands: for help, for a completion script, or for a
     * word that is not a command.
     */
    public static Optional<String> command(Set<String> commands, String... arguments) {
        int at = first(arguments);
        return at < arguments.length && commands.contains(arguments[at]) && !arguments[at].equals("completion")
                ? Optional.of(arguments[at])
                : Optional.empty();
    }

    /** Returns the index of the first argument after the leading shared options. */
    private static int first(String... arguments) {
        int command = 0;
        while (command < arguments.length) {
            String argument = arguments[command];
            int equals = argument.indexOf('=');
            if (NAMES.contains(argument)) {
                command += 2;
            } else if (equals > 0 && NAMES.contains(argument.substring(0, equals))) {
                command++;
            } else {
                break;
            }
        }
        return command;
    }

    /** Returns the arguments with the leading shared options moved behind the command, since commands declare these options. */
    public static String[] behindTheCommand(CommandLine root, String... arguments) {
        int command = first(arguments);
        int end = command;
        CommandLine at = root;
        while (end < arguments.length && at.getSubcommands().containsKey(arguments[end])) {
            at = at.getSubcommands().get(arguments[end]);
            end++;
        }
        if (command == 0 || end == command) {
            return arguments;
        }
        List<String> all = List.of(arguments);
        var moved = new ArrayList<>(all.subList(command, end));
        moved.addAll(all.subList(0, command));
        moved.addAll(all.subList(end, all.size()));
        return moved.toArray(String[]::new);
    }
}
