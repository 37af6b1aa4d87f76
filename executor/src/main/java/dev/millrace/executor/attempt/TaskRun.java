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
 * Runs the process of a task, from its start until no process of it is left. Captures its output, enforces its timeouts, and kills the
 * whole process tree at the end. Runs on the slot's thread; {@link #stop} may be called on any other thread.
 */
public final class TaskRun {
    private static final Logger LOG = LoggerFactory.getLogger(TaskRun.class);
    private static final long DRAIN_PIPES_MS = 2_000;
    private static final long NOTICE_MS = 50;
    private static final long END_LIMIT_MS = 20_000;
    private static final long QUIET_MS = 200;

    /** How the process ended. */
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

    /**
     * Whether no process is left. The process id and the control group must not be used any more then, because they may soon belong to
     * another task.
     */
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
     * @param tailBytesPerSecond how many bytes per second of both streams together {@code live} gets
     * @param live receives the live output, see {@link LiveTail}; while it blocks, only {@link #strike} ends the task
     * @param readers the executor that reads output; it has a thread for each of the two streams of every run
     * @throws IOException if the process cannot be started; nothing runs in this case
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
            // Nothing would supervise the process.
            process.kill();
            throw e;
        }
    }

    long startedAtMs() {
        return startedAtMs;
    }

    /** Returns how many bytes of standard output were kept so far. */
    long stdoutBytes() {
        return stdout.keptBytes();
    }

    public WatchedTask watched() {
        return process.watched();
    }

    /** Returns the ids of the task's processes that are alive now. */
    public List<Long> pids() {
        return process.tree().members().stream().map(ProcessHandle::pid).toList();
    }

    /**
     * Requests a stop of the process. The stop begins within {@value #NOTICE_MS} ms, and the first reason counts. If the lease is lost, the
     * process is killed at once.
     */
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

    /** Kills all current processes of the task without waiting for their end, whatever the slot's thread is waiting for. */
    void strike() {
        if (!gone) {
            process.tree().strike();
        }
    }

    /**
     * Waits for the end of the process, enforces timeouts, and kills all processes that are left.
     *
     * @param onLasting called once if the process still runs {@code afterMs} after its start
     * @throws IllegalStateException when its processes cannot be killed
     */
    public Ended await(long afterMs, Runnable onLasting) throws InterruptedException {
        StopReason stopped = awaitStop(afterMs, onLasting);
        // Read before the kill, which forbids the task to start processes: the kernel would count these refusals as a
        // violation.
        TaskCgroup.LimitViolation violation = process.violation();
        switch (stopped) {
            case NONE -> {}
            case TIMED_OUT, SILENT -> stopHanging();
            case OVER_DISK, REVOKED, GIVEN_UP -> {
                process.tree().terminate();
                awaitGone(settings.revokeGraceMs());
            }
            // No grace time, because the task could use it to write more.
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
                // If the lease is lost, another thread kills the process, so it did not end by itself.
                return stop == StopReason.LEASE_LOST ? stop : StopReason.NONE;
            }
            process.settle();
            long flushAt = System.nanoTime();
            tails.forEach(tail -> tail.flushIfDue(flushAt));
        }
    }

    /** Asks a hanging task to report where it hangs, then to end, and, if it does not end, to report once more with SIGABRT. */
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
            // The machine cannot start the process that sends the signal, for example because the task is a fork bomb.
            LOG.atWarn().addKeyValue("cause", e).log("a task that hangs could not be asked where");
            process.tree().terminate();
            awaitGone(settings.killGraceMs());
        }
    }

    /** Waits until a report was written: there was some output, and then none for a moment. */
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

    /** Waits up to {@code graceMs} for the processes to end by themselves. */
    private void awaitGone(long graceMs) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(graceMs);
        while (System.nanoTime() < deadline
                && (process.isAlive() || !process.tree().members().isEmpty())) {
            TimeUnit.MILLISECONDS.sleep(20);
        }
    }

    /** Reads the rest of the output. When all processes have ended, the pipes end too, unless a process outside the tree holds one open. */
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
