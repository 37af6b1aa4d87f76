package dev.millrace.platform.work;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

/** Runs work on the threads of an executor, in one queue for each key, whose turns are those of a {@link WorkQueue}. Thread-safe. */
public final class FairExecutor {
    private final Executor threads;
    private final WorkQueue<Work> queue;

    private record Work(String key, Runnable run, Runnable rejected) {}

    /**
     * @param threads with as many threads as may run at once; it must not run anything on the thread that gives it something
     * @param atOnce pieces that run at the same time
     * @param perKey the same, of one key
     */
    public FairExecutor(Executor threads, int atOnce, int perKey) {
        this.threads = threads;
        this.queue = new WorkQueue<>(atOnce, perKey);
    }

    /**
     * Runs {@code work} when it is the key's turn.
     *
     * @param rejected is run instead if the threads take no work any more; on any thread
     */
    public void execute(String key, Runnable work, Runnable rejected) {
        synchronized (this) {
            queue.add(key, new Work(key, work, rejected));
        }
        startNext();
    }

    private void startNext() {
        List<Work> refused = new ArrayList<>();
        for (Optional<Work> next = next(); next.isPresent(); next = next()) {
            Work work = next.get();
            try {
                threads.execute(() -> run(work));
            } catch (RejectedExecutionException e) {
                ended(work);
                refused.add(work);
            }
        }
        refused.forEach(work -> work.rejected().run());
    }

    private void run(Work work) {
        try {
            work.run().run();
        } finally {
            ended(work);
            startNext();
        }
    }

    private synchronized Optional<Work> next() {
        return queue.start();
    }

    private synchronized void ended(Work work) {
        queue.ended(work.key());
    }
}
