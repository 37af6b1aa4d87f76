package dev.millrace.platform.work;

import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs work repeatedly on its own daemon thread. Everything that the work throws, including Errors, is logged and does not end the
 * schedule. A plain {@link ScheduledExecutorService} would run the work no more after an exception. Thread-safe.
 */
public final class Recurring implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Recurring.class);

    private final String name;
    private final ScheduledExecutorService timer;

    /** @param name the name of the thread, which log lines also have */
    public Recurring(String name) {
        this.name = name;
        this.timer = Executors.newSingleThreadScheduledExecutor(task -> {
            var thread = new Thread(task, name);
            thread.setDaemon(true);
            return thread;
        });
    }

    /** Runs the work at once and then every {@code periodMs}. A run never begins before the previous one has ended. */
    public void every(long periodMs, Work work) {
        var unused = timer.scheduleAtFixedRate(() -> run(work), 0, periodMs, TimeUnit.MILLISECONDS);
    }

    /** Runs {@code work} once, on the same thread and therefore never during another run. */
    public void once(Work work) {
        timer.execute(() -> run(work));
    }

    private void run(Work work) {
        try {
            work.run();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (Throwable e) {
            LOG.atError().addKeyValue("schedule", name).setCause(e).log("a run failed; the next one comes as planned");
        }
    }

    /** An operation that may fail in any way. */
    public interface Work {
        void run() throws Exception;
    }

    /** Ends the schedule and interrupts the current run. */
    @Override
    public void close() {
        timer.shutdownNow();
    }
}
