package dev.millrace.executor;

/** What the disk may have had to do with a bad end. */
enum DiskTrouble {
    NONE,
    /** The task had written all it may. */
    OVER_LIMIT,
    /** The machine had no room, whatever the task had written. */
    MACHINE_FULL
}
