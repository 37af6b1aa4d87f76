package dev.millrace.schemas.event;

import org.jspecify.annotations.Nullable;

/**
 * Whose turn it was when a task was placed.
 *
 * @param virtualTime of the owner before the placement: slot time had, in milliseconds × 1,000 ÷ weight
 * @param running tasks of the owner that held slots
 * @param waiting tasks of the owner that waited, this one included
 * @param urgentRunning urgent tasks of the pool that held slots
 * @param urgentLimit up to which urgent tasks come before everybody's share
 * @param runnerUp the owner who would have been next, if anybody else waited
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
