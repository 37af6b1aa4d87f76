package dev.millrace.executor.process;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.InterruptedIOException;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The executor's connection to its watchdog process. A watchdog that dies is replaced by a successor. Thread-safe. */
public final class Watchdog implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Watchdog.class);

    /** How long to wait for an answer. Even a machine without a free processor answers faster. No task can start meanwhile. */
    private static final long ANSWER_MS = 30_000;

    private static final long ANSWER_POLL_NANOS = 500_000;

    private final long answerMs;
    private final List<String> command;
    private final boolean knowsGroups;

    /** The registered tasks, because a successor must be told of them. */
    private final Map<String, WatchedTask> tasks = new LinkedHashMap<>();

    private volatile Process process;
    private Writer out;
    private BufferedReader in;

    private Watchdog(long answerMs, List<String> command, boolean knowsGroups, Process process) {
        this.answerMs = answerMs;
        this.command = command;
        this.knowsGroups = knowsGroups;
        this.process = process;
        this.out = writer(process);
        this.in = reader(process);
    }

    private static Writer writer(Process process) {
        return new OutputStreamWriter(process.getOutputStream(), StandardCharsets.US_ASCII);
    }

    private static BufferedReader reader(Process process) {
        return new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.US_ASCII));
    }

    /** Starts a watchdog without a lock and without control groups of the executor. It cleans up only after the registered tasks. */
    public static Watchdog start(long silenceMs) throws IOException {
        return start(silenceMs, null, List.of());
    }

    /**
     * Starts a watchdog. Returns when it is ready and holds its lock.
     *
     * @param silenceMs longest time between two signs of life
     * @param lock the file that the watchdog keeps locked until everything is cleaned up; null if nobody waits for that
     * @param groups directories of the executor's own control group. The groups below the first one contain the processes of its tasks.
     *     When the executor is dead, the watchdog kills these processes and removes all groups
     */
    public static Watchdog start(long silenceMs, @Nullable Path lock, List<Path> groups) throws IOException {
        return start(silenceMs, lock, groups, ownClasses(), ANSWER_MS);
    }

    /**
     * @param classes the class path of this module; it may be deleted once the watchdog has answered for the first time
     * @param answerMs longest wait for an answer; a watchdog that takes longer is killed, so that a successor can start
     */
    static Watchdog start(long silenceMs, @Nullable Path lock, List<Path> groups, Path classes, long answerMs)
            throws IOException {
        var command = new ArrayList<>(List.of(
                "setsid",
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx16m",
                "-Xss256k",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-XX:-UsePerfData",
                "-Xshare:auto",
                "-cp",
                classes.toString(),
                WatchdogMain.class.getName(),
                Long.toString(silenceMs),
                lock == null ? "" : lock.toString()));
        groups.forEach(group -> command.add(group.toString()));
        var watchdog = new Watchdog(answerMs, List.copyOf(command), !groups.isEmpty(), launch(command));
        watchdog.awaitReady();
        return watchdog;
    }

    private static Process launch(List<String> command) throws IOException {
        var builder = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD);
        builder.environment()
                .keySet()
                .removeIf(name -> name.startsWith("MILLRACE_") || name.equals("JAVA_TOOL_OPTIONS"));
        return builder.start();
    }

    private void awaitReady() throws IOException {
        if (!"ready".equals(answer())) {
            process.destroyForcibly();
            throw new IOException("the watchdog does not start");
        }
    }

    /**
     * Starts a successor for a watchdog that died, and tells it of all tasks. The one that died may have killed them before.
     *
     * @throws IOException if it does not start, in which case nobody watches over the tasks; may be called again
     */
    public synchronized void restart() throws IOException {
        end(process);
        process = launch(command);
        out = writer(process);
        in = reader(process);
        awaitReady();
        for (WatchedTask task : tasks.values()) {
            tell(task);
        }
    }

    static Path ownClasses() {
        try {
            return Path.of(WatchdogMain.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException("class paths are file URIs", e);
        }
    }

    /**
     * Registers a task. Returns when it is certain that the watchdog cleans up after the task; only then may the task start. No answer is
     * needed for a task in a control group below those with which the watchdog was started, because the watchdog finds its processes there.
     *
     * @throws GoneException if no watchdog runs at present
     */
    public synchronized void add(WatchedTask task) throws GoneException {
        try {
            tell(task);
        } catch (IOException e) {
            throw new GoneException(e);
        }
        tasks.put(task.key(), task);
    }

    /** Thrown if no watchdog runs at present, so that no task may start. */
    public static final class GoneException extends IOException {
        private static final long serialVersionUID = 1L;

        GoneException(IOException cause) {
            super("the watchdog is gone", cause);
        }
    }

    private void tell(WatchedTask task) throws IOException {
        if (knowsGroups && !task.groups().isEmpty()) {
            say("note " + task.toLine());
            return;
        }
        say("add " + task.toLine());
        if (!"ok".equals(answer())) {
            throw new IOException("the watchdog is gone");
        }
    }

    /** Returns its next line, or null if it died or was killed because it did not answer in time. */
    private @Nullable String answer() throws IOException {
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(answerMs);
        while (!in.ready() && process.isAlive()) {
            if (System.nanoTime() > deadline) {
                LOG.atWarn()
                        .addKeyValue("pid", process.pid())
                        .addKeyValue("waitedMs", answerMs)
                        .log("the watchdog does not answer and is killed");
                process.destroyForcibly();
                return null;
            }
            LockSupport.parkNanos(ANSWER_POLL_NANOS);
        }
        return in.ready() ? in.readLine() : null;
    }

    /** Tells the watchdog that no process of the task is left, so that it does not kill a later process with the same id. */
    public synchronized void ended(WatchedTask task) {
        tasks.computeIfPresent(task.key(), (key, it) -> it.ended());
        sayIfThere("ended " + task.key());
    }

    /** Tells the watchdog that neither processes nor files of the task are left. */
    public synchronized void remove(WatchedTask task) {
        tasks.remove(task.key());
        sayIfThere("remove " + task.key());
    }

    /**
     * Sends a line if the watchdog runs. Otherwise the line is not needed, because a successor gets the list of the tasks that are left.
     */
    private void sayIfThere(String line) {
        try {
            say(line);
        } catch (IOException e) {
            LOG.atDebug()
                    .addKeyValue("cause", e)
                    .log("the watchdog is gone and hears of an end from its successor's list");
        }
    }

    /** Sends a sign of life. */
    public synchronized void alive() throws IOException {
        say("alive");
    }

    private void say(String line) throws IOException {
        out.write(line);
        out.write('\n');
        out.flush();
    }

    /** Returns whether the watchdog process runs, without waiting. */
    public boolean isAlive() {
        return process.isAlive();
    }

    public long pid() {
        return process.pid();
    }

    /** Ends the watchdog, which kills whatever is still registered. */
    @Override
    public synchronized void close() throws IOException {
        out.close();
        try {
            if (!process.waitFor(5, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Kills the process and waits for its end, so that it neither holds its lock nor does anything any more. */
    private static void end(Process process) throws IOException {
        try {
            if (!process.destroyForcibly().waitFor(5, TimeUnit.SECONDS)) {
                throw new IOException("the process of the watchdog that died is still there");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while the watchdog starts again");
        }
    }
}
