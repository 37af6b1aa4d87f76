package dev.millrace.scheduler.state.fleet;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Where brief tasks turned out not to be brief, so that what was sent ahead to wait behind them was called back. For a while
 * nothing is sent ahead there, nor for their owners: an estimate comes from a history whose key its owner chooses, so the owner
 * stands for all of its keys. Kept in memory: a new dispatcher starts without prejudice. Not thread-safe.
 */
public final class Overruns {
    /**
     * An attempt that is sent ahead is expected to have its slot within {@code lookAheadMs}, as an executor sees it. Commits, the way of
     * dispatches and reports, and the preparation of inputs come on top, on a busy machine several times as long.
     */
    static final long OVERDUE_MS = 1_000;

    /** For how long nothing is sent ahead: long enough to be worth more than what an overrun gains. */
    private static final long REMEMBERED_MS = 60_000;

    private final Fleet fleet;
    private final Map<String, Long> owners = new LinkedHashMap<>();
    private final Map<String, Long> executors = new LinkedHashMap<>();

    public Overruns(Fleet fleet) {
        this.fleet = fleet;
    }

    /** @param owners of the brief tasks that are not over yet */
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

    /** Forgets what is too long ago; for each tick. */
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
