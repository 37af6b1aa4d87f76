package dev.millrace.executor.attempt;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;

/** Work that is done one piece at a time. Owners take turns, so nobody waits for more than one piece of each other. Thread-safe. */
final class OwnerTurns {
    /** Owners may have to share one, and then wait for each other's pieces. */
    private static final int LOCKS = 64;

    /** In the order of those who wait. */
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
