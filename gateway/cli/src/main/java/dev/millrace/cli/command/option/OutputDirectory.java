package dev.millrace.cli.command.option;

import dev.millrace.cli.CliException;
import dev.millrace.cli.ExitCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Directories that commands create where the user runs them, which is often inside a project. */
public final class OutputDirectory {
    private OutputDirectory() {}

    /**
     * Creates a directory whose content git ignores, so that it does not appear among the project's changes. Leaves an existing directory
     * unchanged, since it may belong to the user.
     */
    public static Path ignored(Path directory) {
        try {
            if (!Files.exists(directory)) {
                Files.createDirectories(directory);
                Files.writeString(directory.resolve(".gitignore"), "*\n");
            }
            return directory;
        } catch (IOException e) {
            throw new CliException(ExitCode.USAGE, directory + " cannot be written: " + e.getMessage());
        }
    }
}
