package dev.millrace.executor.settings;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.Locale;
import java.util.Map;

/** The resources of this machine, or of the container this process is in. */
public final class Machine {
    private Machine() {}

    static int cpuMillis() {
        return 1_000 * Runtime.getRuntime().availableProcessors();
    }

    /** Returns the memory for tasks. The rest is for the system and the platform. */
    public static long taskMemoryBytes() {
        var system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
        return Math.max(1L << 20, system.getTotalMemorySize() / 4 * 3);
    }

    /** Returns the labels that every executor has without configuration. */
    static Map<String, String> labels() {
        String arch = System.getProperty("os.arch", "unknown").toLowerCase(Locale.ROOT);
        String os = System.getProperty("os.name", "unknown").toLowerCase(Locale.ROOT);
        return Map.of("os", os, "arch", arch);
    }
}
