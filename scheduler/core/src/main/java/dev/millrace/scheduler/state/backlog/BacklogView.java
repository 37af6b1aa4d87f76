package dev.millrace.scheduler.state.backlog;

import dev.millrace.scheduler.model.TaskInfo;
import dev.millrace.scheduler.model.TaskState;
import dev.millrace.schemas.event.Needs;
import java.util.Collection;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Gives decisions read access to the waiting tasks of a pool. It shows the backlog as it is now, not a copy. Not thread-safe. */
public interface BacklogView {
    /** Returns a number that changes whenever {@link #next} may give a different result for the same arguments. */
    long revision();

    boolean isEmpty();

    Collection<OwnerQueue> owners();

    /**
     * Returns the task to place next, or null if there is none.
     *
     * @param urgentLimit the number of slots up to which urgent tasks are placed first, regardless of fair shares
     * @param fits whether a task can be placed now; other tasks are skipped
     * @param waitsForQuota whether only its owner's quota keeps a task from being placed. If this is so for the owner's oldest task when
     *     that task has its turn, the owner places nothing else: otherwise a task that takes several slots could wait for ever behind tasks
     *     that take fewer
     * @param alternate whether two urgent tasks in a row are forbidden, for a pool that is too small to be shared in another way
     */
    @Nullable
    Choice next(
            int urgentLimit,
            boolean alternate,
            Predicate<TaskState.Waiting> fits,
            Predicate<TaskState.Waiting> waitsForQuota);

    /**
     * Returns whether a task may be placed while other owners compete for slots. Tasks of unknown duration may hold no more slots than the
     * share of their owner, and such tasks of all owners together no more than the sum of the shares of these owners. They may take hours,
     * during which no slot becomes free to compensate other owners. The first such task of an owner is always allowed, and so is every task
     * of known duration.
     *
     * @param wanted how many slots the task takes
     * @param slots the number of slots in the pool
     */
    boolean isWithinShare(TaskInfo task, int wanted, int slots);

    /** The needs of the waiting tasks, each different combination once. */
    WaitingNeeds waitingNeeds();

    /**
     * Returns a waiting task with these needs that has been ready since {@code tickMs} or longer, or null. Only the oldest such task of
     * each owner is checked.
     */
    TaskState.@Nullable Waiting readySince(Needs needs, long tickMs);

    /** Returns the queue of an owner; an empty one if the owner has none. */
    OwnerQueue owner(String owner);

    /** Returns whether another owner competes for slots. */
    boolean othersWait(String owner);

    /** Returns whether another owner has work. */
    boolean hasOthers(String owner);

    /** Returns whether an owner with an urgent task competes for slots. */
    boolean urgentWaits();

    /** Returns the number of slots that urgent attempts hold. */
    int urgentRunning();

    /** Returns how many different needs the waiting tasks of an owner have. Each of them costs time at every placement. */
    int differentNeeds(String owner);

    /** Returns how many slots the next task of an owner may take under the owner's quota. */
    int slotsLeft(String owner);

    /** Returns the same if {@code kept} slots of the quota are reserved for another task of the owner. */
    int slotsLeftBeside(String owner, int kept);

    /** Returns whether an owner has waiting tasks and its quota leaves it another slot. */
    boolean competes(String owner);

    /** Returns whether there is a waiting task with these needs that {@code fits}, and whose owner's quota leaves it another slot. */
    boolean hasReady(Needs needs, Predicate<TaskState.Waiting> fits);
}
