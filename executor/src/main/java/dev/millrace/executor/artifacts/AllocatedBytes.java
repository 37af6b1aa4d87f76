package dev.millrace.executor.artifacts;

import java.nio.file.Path;
import java.util.OptionalLong;
import jnr.posix.FileStat;
import jnr.posix.POSIX;
import jnr.posix.POSIXFactory;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Counts the bytes that files take on a disk. This is more than their size if space beyond their end is reserved, and less if they have
 * holes. Thread-safe.
 */
public final class AllocatedBytes {
    private static final Logger LOG = LoggerFactory.getLogger(AllocatedBytes.class);

    /** The unit in which the system call counts blocks, whatever the block size of the file system is. */
    private static final int UNIT = 512;

    private static final @Nullable POSIX NATIVE = load();

    private AllocatedBytes() {}

    private static @Nullable POSIX load() {
        try {
            POSIX posix = POSIXFactory.getNativePOSIX();
            return posix.isNative() ? posix : null;
        } catch (RuntimeException | LinkageError e) {
            LOG.atWarn().addKeyValue("cause", e).log("files count by their size: their blocks cannot be read");
            return null;
        }
    }

    /** Returns the bytes of a file itself and not of its link's target; nothing if it cannot be read. */
    public static OptionalLong of(Path file) {
        return allocated(file, false);
    }

    /** Returns the bytes of a link's target. With a link in {@code /proc}, this also works for a deleted file. */
    public static OptionalLong behind(Path link) {
        return allocated(link, true);
    }

    private static OptionalLong allocated(Path file, boolean follow) {
        POSIX posix = NATIVE;
        if (posix == null) {
            return OptionalLong.empty();
        }
        FileStat stat = posix.allocateStat();
        int failed = follow ? posix.stat(file.toString(), stat) : posix.lstat(file.toString(), stat);
        return failed == 0 ? OptionalLong.of(stat.blocks() * UNIT) : OptionalLong.empty();
    }
}
