package dev.millrace.scheduler.state.backlog;

import dev.millrace.scheduler.model.TaskInfo;
import dev.millrace.scheduler.model.TaskState;
import dev.millrace.schemas.event.Needs;
import java.util.Collection;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** What decisions may ask the waiting tasks of a pool. It shows the backlog as it is now, not a copy. Not thread-safe. */
public interface BacklogView {
    /** Another one whenever {@link #next} may give something else for the same arguments. */
    long revision();

    boolean isEmpty();

    Collection<OwnerQueue> owners();

    /**
     * The next task.
     *
     * @param urgentLimit how many urgent ones may run ahead of everybody's share
     * @param fits whether a task can be placed now; others are passed over
     * @param waitsForQuota whether a task could be placed but for the quota of its owner, who places nothing else at the turn of its
     *     oldest task then: what takes more than one slot would wait for ever behind what takes less
     * @param alternate whether urgent ones may not come twice in a row, for a pool too small to be shared otherwise
     */
    @Nullable
    Choice next(
            int urgentLimit,
            boolean alternate,
            Predicate<TaskState.Waiting> fits,
            Predicate<TaskState.Waiting> waitsForQuota);

    /**
     * Whether a task may be placed although others compete. An owner whose tasks take nobody knows how long takes no more than its share
     * of the slots for them, and all such owners together no more than theirs: the tasks may be hours, in which no slot is free to make up
     * for it. The first one of an owner is always within.
     *
     * @param wanted slots that the task takes
     * @param slots of the pool
     */
    boolean isWithinShare(TaskInfo task, int wanted, int slots);

    /** The needs of the waiting tasks, each different combination once. */
    WaitingNeeds waitingNeeds();

    /** A waiting task with these needs that could run since {@code tickMs} or longer; of each owner the oldest is looked at. */
    TaskState.@Nullable Waiting readySince(Needs needs, long tickMs);

    /** Whether somebody else competes for slots. */
    boolean othersWait(String owner);

    /** Whether anybody else has work. */
    boolean hasOthers(String owner);

    /** Whether anything urgent competes for slots. */
    boolean urgentWaits();

    /** Slots that urgent attempts hold. */
    int urgentRunning();

    /** How many different needs the waiting tasks of an owner have; each costs time at every placement. */
    int differentNeeds(String owner);

    /** How many more slots an owner's quota leaves it, for a single task. */
    int slotsLeft(String owner);

    /** The same for a task beside another one of its owner, for which so many slots are kept. */
    int slotsLeftBeside(String owner, int kept);

    /** Whether an owner has work and may have another slot. */
    boolean competes(String owner);

    /** Whether a task with these needs waits, of an owner who may have another slot, that {@code fits}. */
    boolean hasReady(Needs needs, Predicate<TaskState.Waiting> fits);
}
