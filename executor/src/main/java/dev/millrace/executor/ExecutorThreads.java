package dev.millrace.executor;

import dev.millrace.executor.inputs.InputCache;
import dev.millrace.platform.log.LogContext;
import dev.millrace.platform.work.FairExecutor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** The thread pools of one executor, each for one kind of work, so that a slow disk or store holds up nothing else. */
final class ExecutorThreads {
    /** Twice as many threads as one owner may use, so that a second owner finds free threads at once. */
    static final int STORING = 8;

    static final int STORING_PER_OWNER = 4;

    /** Each of these threads deletes the files of ended attempts, up to half a million files for each attempt. */
    private static final int FINISHING = 8;

    private static final int FINISHING_PER_OWNER = 4;

    private final ExecutorService downloads;
    private final ExecutorService finishing;
    private final ExecutorService storing;
    private final ExecutorService readers;
    private final FairExecutor finishingInTurn;

    ExecutorThreads(String executorId) {
        downloads = Executors.newFixedThreadPool(
                InputCache.DOWNLOADS, task -> daemon(executorId, task, "download-" + executorId));
        finishing =
                Executors.newFixedThreadPool(FINISHING, task -> daemon(executorId, task, "finishing-" + executorId));
        storing = Executors.newFixedThreadPool(STORING, task -> daemon(executorId, task, "storing-" + executorId));
        // Each running task uses two threads. Later tasks use the same threads again.
        readers = Executors.newCachedThreadPool(task -> daemon(executorId, task, "output-" + executorId));
        finishingInTurn = new FairExecutor(finishing, FINISHING, FINISHING_PER_OWNER);
    }

    ExecutorService downloads() {
        return downloads;
    }

    /** Returns an executor that serves the owners in turn. */
    FairExecutor finishing() {
        return finishingInTurn;
    }

    ExecutorService storing() {
        return storing;
    }

    ExecutorService readers() {
        return readers;
    }

    /** Accepts no new work. Work that was already accepted continues. */
    void shutdown() {
        storing.shutdown();
        finishing.shutdown();
        downloads.shutdown();
        readers.shutdown();
    }

    /** Returns a daemon thread that is not started yet. Its log lines carry the executor's id. */
    @SuppressWarnings("try") // The ids are for log lines.
    static Thread daemon(String executorId, Runnable task, String name) {
        Runnable logged = () -> {
            try (var ids = LogContext.of("executorId", executorId)) {
                task.run();
            }
        };
        var thread = new Thread(logged, name);
        thread.setDaemon(true);
        return thread;
    }
}
