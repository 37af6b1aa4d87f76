package dev.millrace.executor.disk;

import dev.millrace.executor.files.AttemptDirectories;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Chooses whom to stop when a disk is short of one unit, bytes or files. First comes who hides something, then who takes most, if that is worth it. What
 * nobody was seen to take may still be a task's, such as a file that is on its way through a socket: when the room goes on to
 * shrink and nobody is known to take any, the attempts are chosen one by one, the newest first. For one thread.
 */
final class DiskRelief {
    /** The least that makes an attempt worth stopping. Less may be the executor's own, such as its logs. */
    private static final int SHRUNK_PART = 16;

    private @Nullable AttemptDirectories last;

    /** When it was last asked; less than anything right after somebody was stopped, since that takes a moment. */
    private long freeBefore;

    /** The most that was free since somebody was stopped or it was first asked. */
    private long mostFree = Long.MIN_VALUE;

    /**
     * An attempt that runs.
     *
     * @param taken counted last, in the unit that is short
     * @param hides whether not all of it could be looked at
     * @param number higher than those of all earlier attempts
     */
    record Suspect(AttemptDirectories directories, long taken, boolean hides, long number) {}

    /** Whom it chose last. */
    @Nullable
    AttemptDirectories last() {
        return last;
    }

    /**
     * Whom to stop now. After one was chosen the next is only when nothing of that is left, or when the room goes on to shrink.
     *
     * @param worth that an attempt takes at least if it is what fills the disk
     * @param lastIsGone whether the last one it chose has left nothing on the disk
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
