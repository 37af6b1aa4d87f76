package dev.millrace.embedded;

import dev.millrace.platform.files.PrivateFiles;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A server in a child JVM. This class starts it and waits until it answers real requests. The server ends when this process ends. */
final class ServerProcess implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ServerProcess.class);
    private static final int LOG_TAIL_BYTES = 64 * 1024;
    private static final int REASON_LINES = 400;
    private static final int WORDS_LINES = 12;
    private static final int CONNECT_MS = 500;

    /** Starts a command with a umask that lets only the owner access the files that it creates. */
    private static final List<String> PRIVATELY = List.of("/bin/sh", "-c", "umask 077 && exec \"$@\"", "sh");

    /**
     * Makes the JVM's optimizing compiler (C2) wait until code has run ten times as often as by default. Otherwise C2 uses a third of the
     * processor time of a start, for code that runs only during the start.
     */
    private static final List<String> COMPILE_LATE = List.of(
            "-XX:Tier4InvocationThreshold=50000",
            "-XX:Tier4MinInvocationThreshold=6000",
            "-XX:Tier4CompileThreshold=150000",
            "-XX:Tier4BackEdgeThreshold=400000");

    /** Messages in the logs of servers that cannot start, and what they mean for the user. */
    private static final Map<Pattern, String> KNOWN_FAILURES = Map.of(
            Pattern.compile("(?i)address already in use|failed to bind|BindException"),
            "a port it needs is taken by another process",
            Pattern.compile("(?i)could not reserve enough space|Cannot allocate memory|insufficient memory"),
            "the machine has not enough free memory",
            Pattern.compile("UnsupportedClassVersionError|Unrecognized VM option|requires Java"),
            "it was started with a Java it does not support; Millrace needs Java 17",
            Pattern.compile(
                    "CorruptRecordException|CommitLogReadException|CorruptSSTableException|Inconsistent cluster|meta.properties.*not"
                            + "|Could not read commit log|doesn't match stored clusterId"),
            "its data is corrupt; move the data directory away to start afresh",
            Pattern.compile("No space left on device"),
            "the disk is full");

    private final String name;
    private final Process process;
    private final Path log;

    private ServerProcess(String name, Process process, Path log) {
        this.name = name;
        this.process = process;
        this.log = log;
    }

    /**
     * Starts a server whose main class runs within {@link ChildMain}. First waits for the end of a server that an earlier stack left
     * running on the same data.
     *
     * @param workDirectory the directory of the server's data; only one server at a time can use it
     * @param classes JVM options for the server's class path
     * @param arguments further JVM options, then the main class and its arguments
     */
    static ServerProcess start(
            String name, Path log, Path workDirectory, List<String> classes, List<String> arguments) {
        var command = new java.util.ArrayList<String>(PRIVATELY);
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        // JVM options must come before the main class, since everything after it is an argument of the server.
        command.add("-XX:+ExitOnOutOfMemoryError");
        command.addAll(COMPILE_LATE);
        command.add("-D" + ChildMain.LOCK + "=" + workDirectory.resolve(Leftover.LOCK));
        command.add(ServerLogging.argument(workDirectory, log));
        command.addAll(classes);
        command.addAll(arguments);
        try {
            PrivateFiles.directory(workDirectory);
            Path logDirectory = log.getParent();
            if (logDirectory != null) {
                PrivateFiles.directory(logDirectory);
            }
            Leftover.end(name, workDirectory);
            Path printed = ServerLogging.printed(log);
            for (Path file : List.of(log, printed)) {
                if (Files.exists(file)) {
                    Files.move(file, ServerLogging.previous(file), StandardCopyOption.REPLACE_EXISTING);
                }
                PrivateFiles.touch(file);
            }
            var builder = new ProcessBuilder(command)
                    .directory(workDirectory.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.to(printed.toFile()));
            builder.environment()
                    .keySet()
                    .removeIf(variable -> variable.startsWith("MILLRACE_") || variable.equals("JAVA_TOOL_OPTIONS"));
            var process = builder.start();
            LOG.atDebug()
                    .addKeyValue("server", name)
                    .addKeyValue("pid", process.pid())
                    .log("server process started");
            return new ServerProcess(name, process, log);
        } catch (IOException e) {
            throw new EmbeddedServerException("cannot start the " + name + " server: " + e.getMessage(), e);
        }
    }

    /** A request that succeeds only when the server is ready for use. */
    interface Probe {
        boolean succeeds() throws Exception;
    }

    /** @throws EmbeddedServerException when the process ends or {@code limit} passes before the probe succeeds */
    void awaitReady(Probe probe, Duration limit) {
        long deadline = System.nanoTime() + limit.toNanos();
        Exception last = null;
        while (System.nanoTime() < deadline) {
            if (!process.isAlive()) {
                throw new EmbeddedServerException(end() + "\n" + lastWords() + "\nIts whole log: " + log);
            }
            try {
                if (probe.succeeds()) {
                    return;
                }
            } catch (Exception e) {
                last = e;
            }
            pause();
        }
        close();
        throw new EmbeddedServerException("the " + name + " server did not answer within " + limit.toSeconds() + " s"
                + (last == null ? "" : " (" + last.getMessage() + ")") + reason() + "; its log: " + log);
    }

    /** Waits until the server accepts connections on a port of loopback. This check costs the server almost nothing. */
    void awaitListening(int port, Duration limit) {
        awaitReady(
                () -> {
                    try (var socket = new Socket()) {
                        socket.connect(new InetSocketAddress("127.0.0.1", port), CONNECT_MS);
                        return true;
                    }
                },
                limit);
    }

    private static void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(50);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new EmbeddedServerException("interrupted while waiting for a server", e);
        }
    }

    /** Describes how the server ended and, if its output contains a known message, why. */
    String end() {
        return "the " + name + " server ended with exit code " + process.exitValue() + reason();
    }

    private String reason() {
        String text = lastLines(REASON_LINES);
        return KNOWN_FAILURES.entrySet().stream()
                .filter(known -> known.getKey().matcher(text).find())
                .map(known -> ": " + known.getValue())
                .findFirst()
                .orElse("");
    }

    /** Returns the last lines that the server logged and printed. */
    String lastWords() {
        return lastLines(WORDS_LINES);
    }

    private String lastLines(int each) {
        return (tail(log, each) + "\n" + tail(ServerLogging.printed(log), each)).strip();
    }

    private static String tail(Path file, int lines) {
        try (var channel = Files.newByteChannel(file)) {
            long from = Math.max(0, channel.size() - LOG_TAIL_BYTES);
            channel.position(from);
            var bytes = java.nio.ByteBuffer.allocate(LOG_TAIL_BYTES);
            while (bytes.hasRemaining() && channel.read(bytes) >= 0) {
                // Until the end of the file.
            }
            var all = new String(bytes.array(), 0, bytes.position(), StandardCharsets.UTF_8)
                    .lines()
                    .toList();
            return String.join("\n", all.subList(Math.max(0, all.size() - lines), all.size()));
        } catch (IOException e) {
            return "(" + file + " cannot be read: " + e.getMessage() + ")";
        }
    }

    long pid() {
        return process.pid();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** Kills the server without letting it shut down, as a crash would. */
    void kill() {
        process.destroyForcibly();
        awaitExit(Duration.ofSeconds(10));
    }

    /** Asks the server to end by closing its standard input, and waits. Kills the server if it has not ended after 15 s. */
    @Override
    public void close() {
        try {
            process.getOutputStream().close();
        } catch (IOException e) {
            LOG.atDebug().addKeyValue("server", name).log("standard input was closed already");
        }
        if (!awaitExit(Duration.ofSeconds(15))) {
            LOG.atWarn().addKeyValue("server", name).log("server did not end in time and is killed");
            kill();
        }
    }

    private boolean awaitExit(Duration limit) {
        try {
            return process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
