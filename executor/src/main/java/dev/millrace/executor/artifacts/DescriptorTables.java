package dev.millrace.executor.artifacts;

import java.util.List;
import java.util.Map;
import jnr.posix.POSIX;
import jnr.posix.POSIXFactory;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds the threads that have their own table of file descriptors. Usually all threads of a process share one table, and each thread
 * shows the whole table. Thread-safe.
 */
public final class DescriptorTables {
    private static final Logger LOG = LoggerFactory.getLogger(DescriptorTables.class);

    /** The number of the system call {@code kcmp}, by architecture. */
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
            LOG.atWarn()
                    .addKeyValue("cause", e)
                    .log("descriptor tables cannot be compared; all threads of a process count as sharing one");
            return null;
        }
    }

    /**
     * Returns the first of {@code threads} and those that do not share its table. If the kernel cannot tell, a thread counts as sharing it.
     */
    public static List<Long> distinct(List<Long> threads) {
        return threads.stream()
                .filter(it -> it.equals(threads.get(0)) || isAnother(it, threads.get(0)))
                .toList();
    }

    /** kcmp returns 0 for the same table, and 1, 2 or 3 for a different one (less, greater, unordered). It fails if a thread has gone. */
    private static boolean isAnother(long thread, long first) {
        POSIX posix = NATIVE;
        return posix != null && posix.libc().syscall(NUMBER, (int) thread, (int) first, KCMP_FILES) > 0;
    }
}
