package dev.millrace.scheduler.state.backlog;

import java.util.Collection;

/**
 * The virtual clock of a pool. It follows the virtual time of the owners that are served. An owner that gets work after it had none starts
 * at this time or later. The clock never goes back.
 */
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
     * Advances the clock to the virtual time of the owner that is next, including the slot time it has used since its last placement.
     *
     * @param ready the owners that compete for slots, the next one first
     * @param all all owners
     * @return the time of the clock after that
     */
    long follow(Collection<OwnerQueue> ready, Collection<OwnerQueue> all, long tickMs) {
        for (OwnerQueue queue : ready) {
            if (!queue.account().isPaused()) {
                advance(queue.used(tickMs));
                return time;
            }
        }
        // No owner competes for slots, so no other owner wanted the slot time that the owners with running tasks used.
        for (OwnerQueue queue : all) {
            if (queue.running() > 0) {
                advance(queue.used(tickMs));
            }
        }
        return time;
    }
}
