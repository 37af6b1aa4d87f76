package dev.millrace.scheduler.service.settings;

import dev.millrace.platform.config.Settings;

/**
 * How much open work a scheduler takes in. Each bounds what one owner can cost all others.
 *
 * @param maxHeldBytes of the heap for open jobs and their tasks; an owner may have as much as is free
 * @param maxFinishedBytes of the heap for finished jobs that are remembered; beyond it those that ended first are forgotten
 * @param maxOwners of a pool, with settings or work; settings of further ones are refused
 * @param maxUnplannedJobs of one owner, in all pools here, that wait for their plan; bounds what others wait for behind them
 * @param maxDifferentNeeds of one owner's waiting tasks in a pool; each is looked at before every placement
 */
public record AdmissionLimits(
        long maxHeldBytes, long maxFinishedBytes, int maxOwners, int maxUnplannedJobs, int maxDifferentNeeds) {
    static AdmissionLimits from(Settings settings) {
        return new AdmissionLimits(
                settings.number("scheduler.maxHeldBytes", Runtime.getRuntime().maxMemory() / 3, 1L << 20, 1L << 44),
                settings.number(
                        "scheduler.maxFinishedBytes", Runtime.getRuntime().maxMemory() / 8, 1L << 16, 1L << 44),
                settings.integer("scheduler.maxOwners", 10_000, 1, 1_000_000),
                settings.integer("scheduler.maxUnplannedJobs", 500, 1, 1_000_000),
                settings.integer("scheduler.maxDifferentNeeds", 256, 1, 1_000_000));
    }
}
