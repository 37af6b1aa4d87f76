package dev.millrace.scheduler.state.fleet;

import dev.millrace.schemas.event.Needs;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Gives decisions read access to the executors of a pool. It shows the fleet as it is now, not a copy. Not thread-safe. */
public interface FleetView {
    Collection<? extends ExecutorView> all();

    /** Returns a number that changes whenever a search may give a different result. */
    long revision();

    /** Returns the slots of the executors that take work. */
    int slots();

    int freeSlots();

    /** Returns whether an executor may be held for tasks with these needs now. */
    boolean mayReserve(Needs needs, long tickMs);

    /**
     * Returns the executors that may not be held now, because they were held recently. Other tasks must get at least half of their time.
     */
    Set<String> resting(long tickMs);

    /** Returns the executors that were held for tasks with these needs, but did not get enough free slots for one in time. */
    Set<String> heldInVain(Needs needs);

    /** Returns the current reservation, even if no task may use it any more; null if no executor is held. */
    @Nullable
    Reservation reservation();

    /** Returns whether any executor can take a task now. */
    boolean hasRoom(Search search);

    /** The best executors for a task, best first, at most {@code limit}. */
    List<Offer> best(Search search, int limit);

    /**
     * Returns the executor to hold for a task that no executor can take now: the one that lacks the fewest slots. Null if the task may run
     * on no executor.
     */
    @Nullable
    Offer closest(Search search);

    /** Returns whether an executor takes work and could run a task once enough of its slots are free. */
    boolean couldRunOn(Search search, String executorId);

    /** Returns whether some executor that takes work could run a task with these needs, now or later. */
    boolean couldRun(Needs needs);

    /** Returns whether another executor that takes work could run a task with these needs. */
    boolean couldRunElsewhere(Needs needs, String executorId);

    /**
     * Returns whether an executor that takes work, other than the given ones, could run a task with these needs. The given ones should be
     * few.
     */
    boolean couldRunElsewhere(Needs needs, Collection<String> executorIds);

    /** Returns the lowest number of slots that a task takes on any executor; {@link Integer#MAX_VALUE} if no executor can run it. */
    int leastSlots(Needs needs);

    /** Returns how many executors cannot run a task with these needs now, by reason. */
    Map<String, Integer> lacking(Needs needs);
}
