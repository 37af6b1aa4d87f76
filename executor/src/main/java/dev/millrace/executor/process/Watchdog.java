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

/** The executor's end of its watchdog process, and of its successors if it dies. Thread-safe. */
public final class Watchdog implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Watchdog.class);

    /** Longer than even a machine without a free processor takes; nothing can begin meanwhile. */
    private static final long ANSWER_MS = 30_000;

    private static final long ANSWER_POLL_NANOS = 500_000;

    private final long answerMs;
    private final List<String> command;
    private final boolean knowsGroups;

    /** For a successor, which knows nothing of them. */
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

    /** One that has nothing to remove but what its tasks leave. */
    public static Watchdog start(long silenceMs) throws IOException {
        return start(silenceMs, null, List.of());
    }

    /**
     * Returns when it has its lock.
     *
     * @param silenceMs longest time between two signs of life
     * @param lock held by the watchdog until everything is cleaned up; null if nobody will wait for that
     * @param groups control groups of the executor itself, the first with its tasks' processes in groups below; emptied and
     *     removed when it is dead
     */
    public static Watchdog start(long silenceMs, @Nullable Path lock, List<Path> groups) throws IOException {
        return start(silenceMs, lock, groups, ownClasses(), ANSWER_MS);
    }

    /**
     * @param classes of this module, which may be gone once the watchdog has answered for the first time
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
     * Returns when the watchdog is certain to clean up after the task; only then may the task begin. A task in one of the control
     * groups below those the watchdog was started with needs no answer: it is found there.
     *
     * @throws GoneException when it is gone, for now
     */
    public synchronized void add(WatchedTask task) throws GoneException {
        try {
            tell(task);
        } catch (IOException e) {
            throw new GoneException(e);
        }
        tasks.put(task.key(), task);
    }

    /** There is no watchdog at present, so nothing may begin. */
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

    /** No process of it is left, so nobody who gets its process id is taken for it. */
    public synchronized void ended(WatchedTask task) {
        tasks.computeIfPresent(task.key(), (key, it) -> it.ended());
        sayIfThere("ended " + task.key());
    }

    /** Nothing of it is left. */
    public synchronized void remove(WatchedTask task) {
        tasks.remove(task.key());
        sayIfThere("remove " + task.key());
    }

    /** A successor gets the list of what is left then, so it need not hear of this. */
    private void sayIfThere(String line) {
        try {
            say(line);
        } catch (IOException e) {
            LOG.atDebug()
                    .addKeyValue("cause", e)
                    .log("the watchdog is gone and hears of an end from its successor's list");
        }
    }

    /** A sign of life. */
    public synchronized void alive() throws IOException {
        say("alive");
    }

    private void say(String line) throws IOException {
        out.write(line);
        out.write('\n');
        out.flush();
    }

    /** Never waits. */
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

    /** Makes sure that it neither holds its lock nor does anything any more. */
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
