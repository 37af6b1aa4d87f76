package dev.millrace.scheduler.state.fleet;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Remembers overruns: tasks that were expected to be brief were not, so attempts that had been sent ahead to wait behind them were
 * recalled. For a while, nothing is sent ahead to the executors where this happened, and no tasks of the owners of the long tasks are sent
 * ahead anywhere. This applies to all tasks of these owners, because an estimate comes from a history whose key the owner chooses. Kept in
 * memory only: a new dispatcher starts without this knowledge. Not thread-safe.
 */
public final class Overruns {
    /**
     * How long a brief attempt may hold its slots, or an attempt that was sent ahead may wait for one, before it is overdue. From the
     * executor's point of view, an attempt that was sent ahead should get its slot within {@code lookAheadMs}. Commits, the transport of
     * dispatches and reports, and the preparation of inputs take more time, on a busy machine several times as long.
     */
    static final long OVERDUE_MS = 1_000;

    /** How long nothing is sent ahead after an overrun: long enough that an owner loses more by it than it gains by an overrun. */
    private static final long REMEMBERED_MS = 60_000;

    private final Fleet fleet;
    private final Map<String, Long> owners = new LinkedHashMap<>();
    private final Map<String, Long> executors = new LinkedHashMap<>();

    public Overruns(Fleet fleet) {
        this.fleet = fleet;
    }

    /** @param owners the owners of the supposedly brief tasks that are still running */
    public void note(ExecutorState executor, Collection<String> owners, long tickMs) {
        for (String owner : owners) {
            this.owners.remove(owner);
            this.owners.put(owner, tickMs);
        }
        if (executors.put(executor.id(), tickMs) == null || !executor.isOverrun()) {
            fleet.change(executor, it -> it.overrun(true));
        }
    }

    public boolean mayLookAhead(String owner) {
        return !owners.containsKey(owner);
    }

    /** Forgets overruns that are too long ago. Must be called at each tick. */
    public void forget(long tickMs) {
        owners.values().removeIf(since -> tickMs - since > REMEMBERED_MS);
        for (Map.Entry<String, Long> executor : List.copyOf(executors.entrySet())) {
            if (tickMs - executor.getValue() > REMEMBERED_MS) {
                executors.remove(executor.getKey());
                fleet.change(fleet.get(executor.getKey()), it -> it.overrun(false));
            }
        }
    }
}
