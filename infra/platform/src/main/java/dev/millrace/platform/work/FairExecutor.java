package dev.millrace.platform.work;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

/** Runs work on the threads of an executor. Each key has its own queue, and the keys take turns as in a {@link WorkQueue}. Thread-safe. */
public final class FairExecutor {
    private final Executor threads;
    private final WorkQueue<Work> queue;

    private record Work(String key, Runnable run, Runnable rejected) {}

    /**
     * @param threads an executor with at least {@code atOnce} threads; it must not run work on the thread that submits it
     * @param atOnce how many pieces of work may run at the same time
     * @param perKey how many pieces of one key may run at the same time
     */
    public FairExecutor(Executor threads, int atOnce, int perKey) {
        this.threads = threads;
        this.queue = new WorkQueue<>(atOnce, perKey);
    }

    /**
     * Runs {@code work} when it is the key's turn.
     *
     * @param rejected is run instead, on any thread, if the executor accepts no more work
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
