package dev.millrace.executor.disk;

/** How the disk contributed to a bad end of a task. */
public enum DiskTrouble {
    NONE,
    /** The task had reached its disk limit. */
    OVER_LIMIT,
    /** The machine's disk was full, however much the task had written. */
    MACHINE_FULL
}
