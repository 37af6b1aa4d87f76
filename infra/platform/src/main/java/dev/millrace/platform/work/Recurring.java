package dev.millrace.platform.work;

import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Work done again and again on a daemon thread of its own. Whatever the work throws, Errors included, is logged and does not
 * end the schedule, as it would that of a bare {@link ScheduledExecutorService}. Thread-safe.
 */
public final class Recurring implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Recurring.class);

    private final String name;
    private final ScheduledExecutorService timer;

    /** @param name of the thread, and in the log */
    public Recurring(String name) {
        this.name = name;
        this.timer = Executors.newSingleThreadScheduledExecutor(task -> {
            var thread = new Thread(task, name);
            thread.setDaemon(true);
            return thread;
        });
    }

    /** Begins to do the work at once, and then every {@code periodMs}; one run never begins before the last has ended. */
    public void every(long periodMs, Work work) {
        var unused = timer.scheduleAtFixedRate(() -> run(work), 0, periodMs, TimeUnit.MILLISECONDS);
    }

    /** Does something once, between two runs. */
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

    /** Ends the schedule and interrupts the run at hand. */
    @Override
    public void close() {
        timer.shutdownNow();
    }
}
