package dev.millrace.executor.disk;

/** A resource that a disk can run short of. A disk with room for bytes but for no more files is as full as one without room for bytes. */
public enum DiskUnit {
    /** Below {@code full} there is no room at all, whatever is asked for. */
    BYTES(1 << 20),
    /** So many come and go while a few tasks write. */
    FILES(100);

    private final long full;

    DiskUnit(long full) {
        this.full = full;
    }

    /** A disk with less than this is full for everybody. */
    long full() {
        return full;
    }

    /** For people. */
    String shortage(long free, long wanted) {
        return switch (this) {
            case BYTES ->
                "its disk is nearly full: " + (free >> 20) + " MiB left, executor.minFreeBytes is " + (wanted >> 20)
                        + " MiB";
            case FILES -> "its disk has room for few more files: " + free + " left, executor.minFreeFiles is " + wanted;
        };
    }
}
