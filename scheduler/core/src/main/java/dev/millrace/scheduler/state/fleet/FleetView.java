package dev.millrace.scheduler.state.fleet;

import dev.millrace.schemas.event.Needs;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What decisions may ask the executors of a pool. It shows the fleet as it is now, not a copy. Not thread-safe. */
public interface FleetView {
    Collection<? extends ExecutorView> all();

    /** Another one whenever a search may find something else. */
    long revision();

    /** Returns the slots of the executors that take work. */
    int slots();

    int freeSlots();

    /** Whether an executor may be held for tasks with these needs now. */
    boolean mayReserve(Needs needs, long tickMs);

    /** Executors that may not be held now, since they were of late: others are to have half of their time. */
    Set<String> resting(long tickMs);

    /** Executors that were held for tasks with these needs, and did not get room for one. */
    Set<String> heldInVain(Needs needs);

    /** The executor that is held, whether or not anybody may still use it; null if none is. */
    @Nullable
    Reservation reservation();

    /** Whether a task may be placed at all now. */
    boolean hasRoom(Search search);

    /** The best executors for a task, best first, at most {@code limit}. */
    List<Offer> best(Search search, int limit);

    /** The executor to hold for a task that fits nowhere now: the one that lacks least; null if it may run nowhere. */
    @Nullable
    Offer closest(Search search);

    /** Whether an executor that takes work would do for a task once it has room. */
    boolean couldRunOn(Search search, String executorId);

    /** Whether somebody else who takes work could run it. */
    boolean couldRunElsewhere(Needs needs, String executorId);

    /** The same, of several who are few. */
    boolean couldRunElsewhere(Needs needs, Collection<String> executorIds);

    /** The slots that a task takes at least, wherever it goes; more than any executor has if it may go nowhere. */
    int leastSlots(Needs needs);

    /** How many executors cannot run it now, by the reason. */
    Map<String, Integer> lacking(Needs needs);
}
