package dev.millrace.executor.process;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/**
 * Lets processes that are about to be killed for hanging write down where they hang. JVMs list their threads at SIGQUIT and go
 * on, Go programs list their goroutines and end; Python with its faulthandler lists its threads at SIGABRT and ends. Who has
 * no handler for such a signal would merely die of it, so nobody else is sent one.
 *
 * @param tree of the task
 */
public record HangReport(ProcessTree tree) {
    private static final int SIGQUIT = 3;
    private static final int SIGABRT = 6;
    private static final int SIGTERM = 15;
    private static final long SIGNAL_LIMIT_MS = 2_000;

    /** Asks those who can answer and go on; returns whether there are any. */
    public boolean ask() throws IOException, InterruptedException {
        return signal("QUIT", it -> it.contains(SIGQUIT));
    }

    /** Asks every process to end: those whom SIGTERM would kill without a word by SIGABRT, if they have one for that. */
    public void terminate() throws IOException, InterruptedException {
        Predicate<CaughtSignals> byAbort = it -> it.contains(SIGABRT) && !it.contains(SIGTERM);
        signal("ABRT", byAbort);
        signal("TERM", byAbort.negate());
    }

    /** Last words of those who did not end when they were asked to; returns whether there are any. */
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
