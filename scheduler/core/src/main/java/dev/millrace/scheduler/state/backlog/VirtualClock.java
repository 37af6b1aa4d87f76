package dev.millrace.scheduler.state.backlog;

import java.util.Collection;

/** The virtual time of the owner whose turn it was last; an owner that joins starts there. Never goes back. */
final class VirtualClock {
    private long time;

    long time() {
        return time;
    }

    void set(long stored) {
        time = stored;
    }

    void advance(long virtualTime) {
        time = Math.max(time, virtualTime);
    }

    /**
     * Moves on by what the owner who is next has had since its last placement.
     *
     * @param ready owners who compete, the one who is next first
     * @param all owners
     * @return the time then
     */
    long follow(Collection<OwnerQueue> ready, Collection<OwnerQueue> all, long tickMs) {
        for (OwnerQueue queue : ready) {
            if (!queue.account().isPaused()) {
                advance(queue.used(tickMs));
                return time;
            }
        }
        // Nobody competes: what those at work have had, nobody else wanted.
        for (OwnerQueue queue : all) {
            if (queue.running() > 0) {
                advance(queue.used(tickMs));
            }
        }
        return time;
    }
}
