package dev.millrace.cli.command.option;

import dev.millrace.cli.CliException;
import dev.millrace.cli.ExitCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Directories that commands leave where they are run, which is often within a project. */
public final class OutputDirectory {
    private OutputDirectory() {}

    /**
     * Creates a directory that has all of its content ignored by git, so that it does not show among a project's changes. One
     * that is there already, and so is somebody's, stays as it is.
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
