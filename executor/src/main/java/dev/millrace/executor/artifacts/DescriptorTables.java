package dev.millrace.executor.artifacts;

import java.util.List;
import java.util.Map;
import jnr.posix.POSIX;
import jnr.posix.POSIXFactory;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells which threads have a table of descriptors of their own: usually all threads of a process share one, and each of them shows
 * all of it. Thread-safe.
 */
public final class DescriptorTables {
    private static final Logger LOG = LoggerFactory.getLogger(DescriptorTables.class);

    /** Numbers of the system call {@code kcmp}. */
    private static final Map<String, Integer> KCMP = Map.of("amd64", 312, "aarch64", 272);

    private static final int KCMP_FILES = 2;
    private static final int UNKNOWN = -1;

    private static final int NUMBER = KCMP.getOrDefault(System.getProperty("os.arch"), UNKNOWN);
    private static final @Nullable POSIX NATIVE = load();

    private DescriptorTables() {}

    private static @Nullable POSIX load() {
        try {
            POSIX posix = POSIXFactory.getNativePOSIX();
            return posix.isNative() && NUMBER != UNKNOWN ? posix : null;
        } catch (RuntimeException | LinkageError e) {
            LOG.atWarn().addKeyValue("cause", e).log("threads count as if they shared their descriptors");
            return null;
        }
    }

    /** The first of {@code threads} and those that do not share its table; where the kernel does not tell, they count as sharing it. */
    public static List<Long> distinct(List<Long> threads) {
        return threads.stream()
                .filter(it -> it.equals(threads.get(0)) || isAnother(it, threads.get(0)))
                .toList();
    }

    /** The call says 0 for the same, 1 or 2 for others in their order, 3 for others without one, and fails for a thread that is gone. */
    private static boolean isAnother(long thread, long first) {
        POSIX posix = NATIVE;
        return posix != null && posix.libc().syscall(NUMBER, (int) thread, (int) first, KCMP_FILES) > 0;
    }
}
