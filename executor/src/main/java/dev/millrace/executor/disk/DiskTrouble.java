package dev.millrace.executor.disk;

/** The part of the disk in a bad end. */
public enum DiskTrouble {
    NONE,
    /** The task had written all it may. */
    OVER_LIMIT,
    /** The machine had no room, whatever the task had written. */
    MACHINE_FULL
}
