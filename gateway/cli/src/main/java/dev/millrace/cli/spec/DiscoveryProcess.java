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
 * Runs a process that finds the tests of a suite. This takes a separate process since user code must never run in Millrace's own processes.
 *
 * @param directory the directory in which the process starts
 */
record DiscoveryProcess(Suite suite, Path directory) {
    private static final long LIMIT_S = 300;

    /** Returns the command line of a program that writes the tests it finds to {@code out}. */
    interface Command {
        List<String> writingTo(Path out);
    }

    /** Reads the tests that a command has written to {@code out}. */
    interface Reading {
        List<FoundUnit> read(Path out) throws IOException;
    }

    /**
     * @throws CliException if the process fails, with the important part of its output, or if it takes too long or its result cannot be
     *     read
     */
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

    /**
     * Runs the command and returns its exit code. The standard output goes to {@code out}, unless the command line names {@code out} and so
     * writes the file itself.
     */
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
