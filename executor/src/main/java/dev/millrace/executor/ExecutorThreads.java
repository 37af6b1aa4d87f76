package dev.millrace.executor;

import dev.millrace.executor.inputs.InputCache;
import dev.millrace.platform.log.LogContext;
import dev.millrace.platform.work.FairExecutor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** The thread pools of one executor, each for one kind of work, so that a slow disk or store holds up nothing else. */
final class ExecutorThreads {
    /** Twice as many as one owner may have, so that a second finds threads at once. */
    static final int STORING = 8;

    static final int STORING_PER_OWNER = 4;

    /** Each clears away what an attempt left, which may be half a million files. */
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
        // Two threads a running task; those of one that ended serve the next.
        readers = Executors.newCachedThreadPool(task -> daemon(executorId, task, "output-" + executorId));
        finishingInTurn = new FairExecutor(finishing, FINISHING, FINISHING_PER_OWNER);
    }

    ExecutorService downloads() {
        return downloads;
    }

    /** Takes owners in turn. */
    FairExecutor finishing() {
        return finishingInTurn;
    }

    ExecutorService storing() {
        return storing;
    }

    ExecutorService readers() {
        return readers;
    }

    /** Takes no new work; what was taken goes on. */
    void shutdown() {
        storing.shutdown();
        finishing.shutdown();
        downloads.shutdown();
        readers.shutdown();
    }

    /** A thread whose log lines carry the executor's id. */
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
