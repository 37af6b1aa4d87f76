package dev.millrace.dist;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A command of the distribution that runs as a separate process, which a test can kill. */
final class LaunchedProcess implements AutoCloseable {
    private final Process process;
    private final Path output;

    private LaunchedProcess(Process process, Path output) {
        this.process = process;
        this.output = output;
    }

    /** Starts a command. If the scratch directory contains a file {@code name.in}, that file is the standard input of the process. */
    static LaunchedProcess start(String name, Map<String, String> environment, String... arguments) throws IOException {
        var command = new ArrayList<String>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-Xmx384m",
                "-Dmillrace.root=" + SharedStack.ROOT,
                "-Djdk.lang.Process.launchMechanism=VFORK",
                "-cp",
                classpath(),
                Main.class.getName()));
        command.addAll(Arrays.asList(arguments));
        Path output = SharedStack.SCRATCH.resolve(name + ".out");
        Files.createDirectories(SharedStack.SCRATCH);
        Path input = SharedStack.SCRATCH.resolve(name + ".in");
        var builder = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
        if (Files.exists(input)) {
            builder.redirectInput(input.toFile());
        }
        builder.environment().putAll(environment);
        return new LaunchedProcess(builder.start(), output);
    }

    /** Returns the class path that the launcher gives a command, without the libraries that only tests use. */
    private static String classpath() throws IOException {
        Path target = SharedStack.ROOT.resolve("infra/dist/target");
        return target.resolve("millrace.jar") + ":" + Files.readString(target.resolve("classpath"));
    }

    /** @throws IllegalStateException if the process has ended or printed an error; the message contains its output */
    boolean isReady() throws IOException {
        boolean ended = !process.isAlive();
        String said = said();
        if (ended || said.lines().anyMatch(line -> line.startsWith("error:"))) {
            throw new IllegalStateException(
                    (ended ? "ended with " + process.exitValue() : "cannot start") + ": " + said);
        }
        // The word must begin a line, because an error message may contain "not ready" or "already".
        return said.lines().anyMatch(line -> line.startsWith("ready"));
    }

    String said() throws IOException {
        return Files.readString(output, StandardCharsets.UTF_8);
    }

    long pid() {
        return process.pid();
    }

    /** Waits up to a minute for the process to end by itself, and returns its exit code. */
    int exitCode() throws InterruptedException {
        if (!process.waitFor(60, TimeUnit.SECONDS)) {
            throw new IllegalStateException("did not end within a minute");
        }
        return process.exitValue();
    }

    /** Kills the process with SIGKILL. */
    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor(10, TimeUnit.SECONDS);
    }

    /** Sends SIGTERM, waits up to a minute for the process to end, and returns its exit code. */
    int terminate() throws InterruptedException {
        process.destroy();
        if (!process.waitFor(60, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new IllegalStateException("did not end within a minute of SIGTERM");
        }
        return process.exitValue();
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
