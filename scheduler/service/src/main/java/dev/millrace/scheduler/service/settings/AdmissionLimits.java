package dev.millrace.scheduler.service.settings;

import dev.millrace.platform.config.Setting;
import dev.millrace.platform.config.Settings;
import dev.millrace.platform.config.SettingsSection;

/** Limits of the work that a scheduler accepts and remembers. They bound how much one owner can cost the others. */
public record AdmissionLimits(
        long maxHeldBytes, long maxFinishedBytes, int maxOwners, int maxUnplannedJobs, int maxDifferentNeeds) {
    public static final SettingsSection SECTION = new SettingsSection("scheduler", "Scheduler: admission");

    private static final Setting<Long> MAX_HELD_BYTES = SECTION.bytes(
            "maxHeldBytes",
            "a third of the heap",
            1L << 20,
            1L << 44,
            "Heap for open jobs and their tasks, about 1 KB a task. An owner may have as much as is free; further jobs are"
                    + " rejected.");
    private static final Setting<Long> MAX_FINISHED_BYTES = SECTION.bytes(
            "maxFinishedBytes",
            "an eighth of the heap",
            1L << 16,
            1L << 44,
            "Heap for finished jobs that can run again, about 1.5 KB a job. Those that ended first are forgotten.");
    private static final Setting<Integer> MAX_OWNERS = SECTION.integer(
            "maxOwners",
            10_000,
            1,
            1_000_000,
            "Owners of a pool that have settings or work. Settings of further ones are refused.");
    private static final Setting<Integer> MAX_UNPLANNED_JOBS = SECTION.integer(
            "maxUnplannedJobs",
            500,
            1,
            1_000_000,
            "Jobs of one owner that wait for their plan. Further ones are rejected.");
    private static final Setting<Integer> MAX_DIFFERENT_NEEDS = SECTION.integer(
            "maxDifferentNeeds",
            256,
            1,
            1_000_000,
            "Different needs of one owner's waiting tasks in a pool. All of them are checked before every placement; jobs"
                    + " with further ones are rejected.");

    static AdmissionLimits from(Settings settings) {
        long heap = Runtime.getRuntime().maxMemory();
        return new AdmissionLimits(
                MAX_HELD_BYTES.from(settings, heap / 3),
                MAX_FINISHED_BYTES.from(settings, heap / 8),
                MAX_OWNERS.from(settings),
                MAX_UNPLANNED_JOBS.from(settings),
                MAX_DIFFERENT_NEEDS.from(settings));
    }
}
