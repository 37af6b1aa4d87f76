package dev.millrace.executor;

import java.io.IOException;
import java.util.concurrent.Semaphore;

/**
 * Room on the heap for documents while they are read and parsed. Who finds too little waits its turn, so that any number of slots
 * may meet large documents at once. A document that needs more than all of the room is alone in it. The executors of one process
 * share one. Thread-safe.
 */
public final class ParsingRoom {
    /** The rest of the heap is for what is kept, and for everything else. */
    private static final int PART_OF_HEAP = 4;

    private static final long UNIT_BYTES = 1024;

    private final int units;
    private final Semaphore free;

    interface Work<T> {
        T run() throws IOException;
    }

    ParsingRoom(long bytes) {
        this.units = (int) Math.max(1, Math.min(Integer.MAX_VALUE, bytes / UNIT_BYTES));
        // In turn, else small documents would keep a large one waiting for ever.
        this.free = new Semaphore(units, true);
    }

    public static ParsingRoom ofHeap() {
        return new ParsingRoom(Runtime.getRuntime().maxMemory() / PART_OF_HEAP);
    }

    /** @param bytes of the heap that the work takes, estimated from above */
    <T> T with(long bytes, Work<T> work) throws IOException {
        int taken = (int) Math.min(units, bytes / UNIT_BYTES + 1);
        free.acquireUninterruptibly(taken);
        try {
            return work.run();
        } finally {
            free.release(taken);
        }
    }
}
