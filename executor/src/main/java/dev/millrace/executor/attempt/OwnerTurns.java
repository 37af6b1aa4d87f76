package dev.millrace.executor.attempt;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;

/** Runs one piece of work at a time. Owners take turns, so an owner waits for at most one piece of each other owner. Thread-safe. */
final class OwnerTurns {
    /** The number of locks. Several owners may share one, and then wait for each other's pieces. */
    private static final int LOCKS = 64;

    /** Serves threads in the order in which they started to wait. */
    private final Lock turn = new ReentrantLock(true);

    /** Lets one thread of each owner at a time wait for {@link #turn}. */
    private final List<Lock> owners =
            Stream.<Lock>generate(ReentrantLock::new).limit(LOCKS).toList();

    /** A piece of work. */
    interface Work<T> {
        T run() throws IOException;
    }

    <T> T run(String owner, Work<T> work) throws IOException {
        Lock own = owners.get(Math.floorMod(owner.hashCode(), LOCKS));
        own.lock();
        try {
            turn.lock();
            try {
                return work.run();
            } finally {
                turn.unlock();
            }
        } finally {
            own.unlock();
        }
    }
}
