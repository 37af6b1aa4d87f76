package dev.millrace.executor.attempt;

import dev.millrace.executor.output.LiveTail;
import dev.millrace.executor.output.OutputIndex;
import dev.millrace.executor.output.StreamCapture;
import dev.millrace.executor.process.HangReport;
import dev.millrace.executor.process.Launch;
import dev.millrace.executor.process.ProcessTree;
import dev.millrace.executor.process.StopReason;
import dev.millrace.executor.process.TaskCgroup;
import dev.millrace.executor.process.TaskProcess;
import dev.millrace.executor.process.Watchdog;
import dev.millrace.executor.process.WatchedTask;
import dev.millrace.executor.settings.ExecutorSettings;
import dev.millrace.schemas.event.AttemptKey;
import dev.millrace.schemas.event.OutputChunk;
import dev.millrace.schemas.plan.PlannedTask;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongFunction;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One process of one task, from its start until nothing of it is left: output captured, timeouts enforced, the whole tree
 * killed at the end. Runs on the slot's thread; {@link #stop} may come from any other.
 */
public final class TaskRun {
    private static final Logger LOG = LoggerFactory.getLogger(TaskRun.class);
    private static final long DRAIN_PIPES_MS = 2_000;
    private static final long NOTICE_MS = 50;
    private static final long END_LIMIT_MS = 20_000;
    private static final long QUIET_MS = 200;

    /** The end of the process. */
    public record Ended(
            StopReason stopped,
            int exitValue,
            long startedAtMs,
            long startedNanos,
            long durationMs,
            StreamCapture stdout,
            StreamCapture stderr,
            OutputIndex index,
            TaskCgroup.LimitViolation violation) {
        public boolean badlyByItself() {
            return stopped == StopReason.NONE && exitValue != 0;
        }

        Ended givenUp() {
            return new Ended(
                    StopReason.GIVEN_UP,
                    exitValue,
                    startedAtMs,
                    startedNanos,
                    durationMs,
                    stdout,
                    stderr,
                    index,
                    violation);
        }
    }

    private final ExecutorSettings settings;
    private final PlannedTask task;
    private final TaskProcess process;
    private final Object stopLock = new Object();
    private volatile StopReason stop = StopReason.NONE;

    /** Nobody is left, and its process id and control group may soon be those of another. */
    private volatile boolean gone;

    private final StreamCapture stdout;
    private final StreamCapture stderr;
    private final OutputIndex index;
    private final List<LiveTail> tails;
    private final List<CompletableFuture<Void>> readers = new ArrayList<>();
    private final long startedAtMs = System.currentTimeMillis();
    private final long startedNanos = System.nanoTime();
    private volatile long lastOutputNanos = startedNanos;

    private TaskRun(
            ExecutorSettings settings,
            PlannedTask task,
            TaskProcess process,
            AttemptKey key,
            Path logs,
            long tailBytesPerSecond,
            Predicate<OutputChunk> live) {
        this.settings = settings;
        this.task = task;
        this.process = process;
        LiveTail outTail = tail(key, "stdout", tailBytesPerSecond, live);
        LiveTail errTail = tail(key, "stderr", tailBytesPerSecond, live);
        this.tails = List.of(outTail, errTail);
        Runnable onOutput = () -> lastOutputNanos = System.nanoTime();
        this.index = new OutputIndex(logs.resolve("index"), Clock.systemUTC());
        this.stdout = new StreamCapture(
                process.stdout(), logs.resolve("stdout"), settings.maxLogBytes(), outTail, index, onOutput);
        this.stderr = new StreamCapture(
                process.stderr(), logs.resolve("stderr"), settings.maxLogBytes(), errTail, index, onOutput);
    }

    private LiveTail tail(AttemptKey key, String stream, long bytesPerSecond, Predicate<OutputChunk> live) {
        return new LiveTail(key, stream, bytesPerSecond / 2, settings.inlineLogBytes(), live, System.nanoTime());
    }

    /**
     * Starts the process and reads its output.
     *
     * @param logs directory for the output
     * @param tailBytesPerSecond of both streams together that {@code live} gets
     * @param live as of {@link LiveTail}; while it blocks, only {@link #strike} ends the task
     * @param readers has a thread for each of the two streams of every run
     * @throws IOException when it cannot be started; nothing of it runs then
     */
    public static TaskRun start(
            ExecutorSettings settings,
            PlannedTask task,
            AttemptKey key,
            Path logs,
            Launch launch,
            LongFunction<WatchedTask> watch,
            Watchdog watchdog,
            Executor readers,
            long tailBytesPerSecond,
            Predicate<OutputChunk> live)
            throws IOException {
        TaskProcess process = TaskProcess.start(launch, watch, watchdog);
        try {
            var run = new TaskRun(settings, task, process, key, logs, tailBytesPerSecond, live);
            run.readers.add(CompletableFuture.runAsync(run.stdout, readers));
            run.readers.add(CompletableFuture.runAsync(run.stderr, readers));
            return run;
        } catch (RuntimeException | Error e) {
            // No process would supervise it.
            process.kill();
            throw e;
        }
    }

    long startedAtMs() {
        return startedAtMs;
    }

    /** The part of its standard output that was kept so far. */
    long stdoutBytes() {
        return stdout.keptBytes();
    }

    public WatchedTask watched() {
        return process.watched();
    }

    /** The processes of it alive now. */
    public List<Long> pids() {
        return process.tree().members().stream().map(ProcessHandle::pid).toList();
    }

    /** Asks for the process to be stopped, within {@value #NOTICE_MS} ms; the first reason counts. A lost lease kills it at once. */
    public void stop(StopReason reason) {
        synchronized (stopLock) {
            if (stop == StopReason.NONE) {
                stop = reason;
            }
        }
        if (reason == StopReason.LEASE_LOST && !gone) {
            process.strike();
        }
    }

    /** Kills whoever belongs to it now, without waiting for anybody, and whatever the slot's thread waits for. */
    void strike() {
        if (!gone) {
            process.tree().strike();
        }
    }

    /**
     * Waits for the end, enforcing timeouts, and clears everything away.
     *
     * @param onLasting called once, if it still runs {@code afterMs} after its start
     * @throws IllegalStateException when its processes cannot be killed
     */
    public Ended await(long afterMs, Runnable onLasting) throws InterruptedException {
        StopReason stopped = awaitStop(afterMs, onLasting);
        // Before we forbid it what it then may be counted as refused.
        TaskCgroup.LimitViolation violation = process.violation();
        switch (stopped) {
            case NONE -> {}
            case TIMED_OUT, SILENT -> stopHanging();
            case OVER_DISK, REVOKED, GIVEN_UP -> {
                process.tree().terminate();
                awaitGone(settings.revokeGraceMs());
            }
            // Time to go would be time to write more.
            case LEASE_LOST, DISK_SHORT -> process.tree().terminate();
        }
        ProcessTree tree = process.tree();
        boolean killed = process.kill();
        long durationMs = (System.nanoTime() - startedNanos) / 1_000_000;
        if (!killed || !process.waitFor(TimeUnit.MILLISECONDS.toNanos(END_LIMIT_MS))) {
            throw new IllegalStateException("processes of " + tree.leader() + " cannot be killed");
        }
        gone = true;
        finishReading();
        index.close();
        return new Ended(
                stopped, process.exitValue(), startedAtMs, startedNanos, durationMs, stdout, stderr, index, violation);
    }

    private StopReason awaitStop(long afterMs, Runnable onLasting) throws InterruptedException {
        long timeoutNanos = TimeUnit.MILLISECONDS.toNanos(task.timeoutMs());
        long lastingNanos = TimeUnit.MILLISECONDS.toNanos(afterMs);
        boolean lasting = false;
        while (true) {
            long now = System.nanoTime();
            if (!lasting && now - startedNanos >= lastingNanos) {
                lasting = true;
                onLasting.run();
            }
            if (stop != StopReason.NONE) {
                return stop;
            }
            long left = timeoutNanos - (now - startedNanos);
            if (left <= 0) {
                return StopReason.TIMED_OUT;
            }
            Long silenceMs = task.silenceMs();
            if (silenceMs != null) {
                long silenceLeft = TimeUnit.MILLISECONDS.toNanos(silenceMs) - (now - lastOutputNanos);
                if (silenceLeft <= 0) {
                    return StopReason.SILENT;
                }
                left = Math.min(left, silenceLeft);
            }
            if (process.waitFor(Math.min(left, TimeUnit.MILLISECONDS.toNanos(NOTICE_MS)))) {
                // A lost lease kills from another thread, and that is no end by itself.
                return stop == StopReason.LEASE_LOST ? stop : StopReason.NONE;
            }
            process.settle();
            long flushAt = System.nanoTime();
            tails.forEach(tail -> tail.flushIfDue(flushAt));
        }
    }

    /** Asks a task that hangs where it is, then to end, and if it does not, for a last word. */
    private void stopHanging() throws InterruptedException {
        stdout.keepLastWords();
        stderr.keepLastWords();
        var report = new HangReport(process.tree());
        try {
            if (settings.hangReportMs() == 0) {
                process.tree().terminate();
                awaitGone(settings.killGraceMs());
                return;
            }
            if (report.ask()) {
                awaitQuiet(settings.hangReportMs());
            }
            report.terminate();
            awaitGone(settings.killGraceMs());
            if (report.abort()) {
                awaitGone(settings.hangReportMs());
            }
        } catch (IOException e) {
            // The machine cannot start a process to send a signal with; one of the task's may be a fork bomb.
            LOG.atWarn().addKeyValue("cause", e).log("a task that hangs could not be asked where");
            process.tree().terminate();
            awaitGone(settings.killGraceMs());
        }
    }

    /** Until a report was written: some output, then none for a moment. */
    private void awaitQuiet(long limitMs) throws InterruptedException {
        long asked = System.nanoTime();
        long deadline = asked + TimeUnit.MILLISECONDS.toNanos(limitMs);
        while (System.nanoTime() < deadline && process.isAlive()) {
            long last = lastOutputNanos;
            if (last - asked > 0 && System.nanoTime() - last > TimeUnit.MILLISECONDS.toNanos(QUIET_MS)) {
                return;
            }
            TimeUnit.MILLISECONDS.sleep(20);
        }
    }

    /** Time to go in order. */
    private void awaitGone(long graceMs) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(graceMs);
        while (System.nanoTime() < deadline
                && (process.isAlive() || !process.tree().members().isEmpty())) {
            TimeUnit.MILLISECONDS.sleep(20);
        }
    }

    /** With every process gone the pipes end by themselves, unless somebody outside the tree holds one. */
    private void finishReading() throws InterruptedException {
        awaitReaders();
        for (Closeable pipe : List.of(process.stdout(), process.stderr())) {
            try {
                pipe.close();
            } catch (IOException e) {
                LOG.atWarn().addKeyValue("cause", e).log("a pipe of a task cannot be closed");
            }
        }
        awaitReaders();
    }

    private void awaitReaders() throws InterruptedException {
        for (CompletableFuture<Void> reader : readers) {
            try {
                reader.get(DRAIN_PIPES_MS, TimeUnit.MILLISECONDS);
            } catch (TimeoutException e) {
                LOG.atDebug().addKeyValue("leader", process.pid()).log("somebody still holds a pipe of a task");
            } catch (ExecutionException e) {
                throw new IllegalStateException("output cannot be read", e);
            }
        }
    }
}
