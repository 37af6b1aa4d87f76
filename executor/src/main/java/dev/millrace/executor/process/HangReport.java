package dev.millrace.executor.process;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/**
 * Lets processes that are about to be killed for hanging write down where they hang. On SIGQUIT, JVMs list their threads and continue, and
 * Go programs list their goroutines and end. On SIGABRT, Python with its faulthandler lists its threads and ends. A process without a
 * handler would only die from such a signal, so the signals are sent only to processes that have a handler.
 *
 * @param tree the processes of the task
 */
public record HangReport(ProcessTree tree) {
    private static final int SIGQUIT = 3;
    private static final int SIGABRT = 6;
    private static final int SIGTERM = 15;
    private static final long SIGNAL_LIMIT_MS = 2_000;

    /** Sends SIGQUIT to the processes that handle it, so that they report where they hang. Returns whether there are any. */
    public boolean ask() throws IOException, InterruptedException {
        return signal("QUIT", it -> it.contains(SIGQUIT));
    }

    /**
     * Asks every process to end. A process that handles SIGABRT but not SIGTERM gets SIGABRT, because SIGTERM would kill it without a
     * report. All others get SIGTERM.
     */
    public void terminate() throws IOException, InterruptedException {
        Predicate<CaughtSignals> byAbort = it -> it.contains(SIGABRT) && !it.contains(SIGTERM);
        signal("ABRT", byAbort);
        signal("TERM", byAbort.negate());
    }

    /**
     * Sends SIGABRT to the processes that handle it and have not ended although they were asked to, as a last chance to report. Returns
     * whether there are any.
     */
    public boolean abort() throws IOException, InterruptedException {
        return signal("ABRT", it -> it.contains(SIGABRT));
    }

    private boolean signal(String name, Predicate<CaughtSignals> who) throws IOException, InterruptedException {
        var command = new ArrayList<>(List.of("sh", "-c", "kill -s \"$0\" \"$@\"", name));
        tree.own().stream()
                .mapToLong(ProcessHandle::pid)
                .filter(pid -> who.test(CaughtSignals.of(pid)))
                .mapToObj(Long::toString)
                .forEach(command::add);
        if (command.size() == 4) {
            return false;
        }
        Process kill = new ProcessBuilder(command)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        if (!kill.waitFor(SIGNAL_LIMIT_MS, TimeUnit.MILLISECONDS)) {
            kill.destroyForcibly();
        }
        return true;
    }
}
