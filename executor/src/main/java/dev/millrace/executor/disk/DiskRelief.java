package dev.millrace.executor.disk;

import dev.millrace.executor.files.AttemptDirectories;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Chooses which attempt to stop when a disk is short of one unit, bytes or files. Attempts that hide something come first, then the one
 * that uses most, if this is enough to be worth stopping it. Disk space that was not measured for any attempt may still belong to a task,
 * for example to a file whose descriptor is being sent through a socket. Therefore, if the free space keeps shrinking and no attempt is
 * known to use it, the attempts are chosen one by one, the newest first. For one thread.
 */
final class DiskRelief {
    /**
     * If no attempt is known to use the space, attempts are stopped only when the free space has shrunk by at least 1/{@value} of what
     * makes an attempt worth stopping. Less may be used by the executor itself, for example for its logs.
     */
    private static final int SHRUNK_PART = 16;

    private @Nullable AttemptDirectories last;

    /**
     * The free space at the last call. Set to the smallest number right after an attempt was chosen, because stopping it takes a moment.
     */
    private long freeBefore;

    /** The most free space since the last attempt was chosen, or since the first call. */
    private long mostFree = Long.MIN_VALUE;

    /**
     * A running attempt.
     *
     * @param taken how much it used at the last measurement, in the unit that is short
     * @param hides whether a part of it could not be measured
     * @param number higher than those of all earlier attempts
     */
    record Suspect(AttemptDirectories directories, long taken, boolean hides, long number) {}

    /** Returns the attempt that was chosen last. */
    @Nullable
    AttemptDirectories last() {
        return last;
    }

    /**
     * Returns the attempt to stop now, if any. After one was chosen, the next is chosen only when nothing of it is left on the disk, or
     * when the free space keeps shrinking.
     *
     * @param worth how much an attempt must use at least to be worth stopping
     * @param lastIsGone whether nothing of the attempt that was chosen last is left on the disk
     */
    Optional<Suspect> choose(long free, long worth, boolean lastIsGone, List<Suspect> suspects) {
        boolean goesOn = last == null || free < freeBefore || lastIsGone;
        freeBefore = free;
        mostFree = Math.max(mostFree, free);
        if (!goesOn) {
            return Optional.empty();
        }
        boolean shrank = mostFree - free >= worth / SHRUNK_PART;
        Optional<Suspect> chosen = suspects.stream()
                .filter(it -> it.hides() || it.taken() >= worth)
                .max(Comparator.comparing(Suspect::hides).thenComparing(Suspect::taken))
                .or(() -> suspects.stream().filter(it -> shrank).max(Comparator.comparing(Suspect::number)));
        chosen.ifPresent(it -> {
            last = it.directories();
            freeBefore = Long.MIN_VALUE;
            mostFree = free;
        });
        return chosen;
    }
}
