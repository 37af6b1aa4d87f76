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

/** One server in a child JVM: started, waited for by real requests, and gone when this process is gone. */
final class ServerProcess implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ServerProcess.class);
    private static final int LOG_TAIL_BYTES = 64 * 1024;
    private static final int REASON_LINES = 400;
    private static final int WORDS_LINES = 12;
    private static final int CONNECT_MS = 500;

    /** A server's files are for its owner alone. */
    private static final List<String> PRIVATELY = List.of("/bin/sh", "-c", "umask 077 && exec \"$@\"", "sh");

    /**
     * The thorough compiler of the JVM waits for code that runs ten times as often as it would by default. Otherwise it takes a third of the
     * processor time of a start, for code of the start.
     */
    private static final List<String> COMPILE_LATE = List.of(
            "-XX:Tier4InvocationThreshold=50000",
            "-XX:Tier4MinInvocationThreshold=6000",
            "-XX:Tier4CompileThreshold=150000",
            "-XX:Tier4BackEdgeThreshold=400000");

    /** Messages of servers that cannot start, and their meaning for the person who started them. */
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
     * Starts a server whose main class runs within {@link ChildMain}, after the end of one that an earlier stack left.
     *
     * @param workDirectory of the server's data; one server at a time has it
     * @param classes options that name its classes
     * @param arguments further options, then the main class and what is for it
     */
    static ServerProcess start(
            String name, Path log, Path workDirectory, List<String> classes, List<String> arguments) {
        var command = new java.util.ArrayList<String>(PRIVATELY);
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        // Before the rest, which names the main class: what follows that is the server's own argument.
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

    /** A request that the server answers only when it is of use. */
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

    /** Waits until it accepts connections on a port of loopback; asking costs the server nothing. */
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

    /** How it ended, with what its log says of the reason. */
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

    /** The last that it logged and printed. */
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

    /** Kills at once, as a fault would. */
    void kill() {
        process.destroyForcibly();
        awaitExit(Duration.ofSeconds(10));
    }

    /** Asks the server to end by closing its standard input, and waits; by force after 15 s. */
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
