package dev.millrace.executor.disk;

/** A resource that a disk can run short of. A disk with room for bytes but for no more files is as full as one without room for bytes. */
public enum DiskUnit {
    /** With fewer free bytes than {@code full}, the disk counts as full. */
    BYTES(1 << 20),
    /**
     * With fewer free files than this, the disk counts as full, because even a few running tasks may create and delete about this many files at any moment.
     */
    FILES(100);

    private final long full;

    DiskUnit(long full) {
        this.full = full;
    }

    /** Returns the free amount below which the disk counts as full. */
    long full() {
        return full;
    }

    /** Returns a description of the shortage for people to read. */
    String shortage(long free, long wanted) {
        return switch (this) {
            case BYTES ->
                "its disk is nearly full: " + (free >> 20) + " MiB left, executor.minFreeBytes is " + (wanted >> 20)
                        + " MiB";
            case FILES -> "its disk has room for few more files: " + free + " left, executor.minFreeFiles is " + wanted;
        };
    }
}
