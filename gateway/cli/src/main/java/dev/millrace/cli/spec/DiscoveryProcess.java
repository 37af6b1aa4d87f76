package dev.millrace.cli.spec;

import dev.millrace.cli.CliException;
import dev.millrace.cli.ExitCode;
import dev.millrace.schemas.spec.FoundUnit;
import dev.millrace.schemas.spec.Suite;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A process that finds out what a suite consists of: user code never runs in the platform.
 *
 * @param directory it starts in
 */
record DiscoveryProcess(Suite suite, Path directory) {
    private static final long LIMIT_S = 300;

    /** Makes the command that writes what it finds to a file. */
    interface Command {
        List<String> writingTo(Path out);
    }

    /** Reads what a command has found. */
    interface Reading {
        List<FoundUnit> read(Path out) throws IOException;
    }

    /** @throws CliException with what the process said, when it fails or finds nothing */
    List<FoundUnit> run(Command command, Reading reading) {
        try {
            Path scratch = Files.createTempDirectory("millrace-discovery");
            Path out = scratch.resolve("found");
            Path log = scratch.resolve("log");
            try {
                int exit = run(command.writingTo(out), out, log);
                if (exit != 0) {
                    throw new CliException(
                            ExitCode.USAGE,
                            "the tests of suite '" + suite.nameOrDefault() + "' cannot be discovered: "
                                    + Complaint.of(new String(Files.readAllBytes(log), StandardCharsets.UTF_8)));
                }
                return reading.read(out);
            } finally {
                Files.deleteIfExists(out);
                Files.deleteIfExists(log);
                Files.deleteIfExists(scratch);
            }
        } catch (IOException e) {
            throw new CliException(ExitCode.USAGE, "the tests cannot be discovered: " + e.getMessage());
        }
    }

    /** The command's standard output is what it found, unless it writes the file itself. */
    private int run(List<String> command, Path out, Path log) throws IOException {
        var builder = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectError(log.toFile())
                .redirectOutput(command.contains(out.toString()) ? log.toFile() : out.toFile());
        if (command.contains(out.toString())) {
            builder.redirectErrorStream(true);
        }
        Map<String, String> environment = builder.environment();
        suite.settings().envOrNone().forEach(environment::put);
        Process process = builder.start();
        try {
            process.getOutputStream().close();
            if (!process.waitFor(LIMIT_S, TimeUnit.SECONDS)) {
                throw new IOException("no answer within " + LIMIT_S + " s");
            }
            return process.exitValue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CliException(ExitCode.INTERRUPTED, "interrupted during discovery");
        } finally {
            process.destroyForcibly();
        }
    }
}
