package dev.millrace.schemas.event;

import org.jspecify.annotations.Nullable;

/**
 * Why it was a task's turn when it was placed.
 *
 * @param virtualTime virtual time of the owner before the placement: slot time used, in milliseconds × 1,000 ÷ weight
 * @param running slots that tasks of the owner held
 * @param waiting number of tasks of the owner that waited, this one included
 * @param urgentRunning slots that urgent tasks of the pool held
 * @param urgentLimit number of slots up to which urgent tasks are preferred to all other tasks
 * @param runnerUp the owner who would have been next; absent if no other owner waited
 */
public record PlacementReason(
        PlacementRule rule,
        String owner,
        int weight,
        long virtualTime,
        int running,
        int waiting,
        int urgentRunning,
        int urgentLimit,
        @Nullable String runnerUp,
        @Nullable Long runnerUpVirtualTime) {}
