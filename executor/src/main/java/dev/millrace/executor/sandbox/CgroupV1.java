package dev.millrace.executor.sandbox;

import dev.millrace.executor.process.CgroupMembers;
import dev.millrace.executor.process.ProcessTree;
import dev.millrace.executor.process.TaskLimits;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Version 1: one hierarchy each for memory, cpu and pids. */
final class CgroupV1 implements Hierarchy {
    private static final int SHARES_PER_SLOT = 1_024;

    /** The usual value: long enough that short work is not throttled, short enough that nobody notices the pauses. */
    private static final int PERIOD_US = 100_000;

    private static final int MIN_SHARES = 2;
    private static final int MAX_SHARES = 262_144;

    private final Path pids;
    private final Path memory;
    private final Path cpu;

    /**
     * Makes the groups of this executor.
     *
     * @param parents the parent directory for each controller
     * @throws IOException if a controller is missing or this process may not use it
     */
    CgroupV1(Map<String, Path> parents, String name, int slots) throws IOException {
        this.pids = own(parents, "pids", name);
        this.memory = own(parents, "memory", name);
        this.cpu = own(parents, "cpu", name);
        // Gives all tasks together the sum of their weights in competition with the platform's processes.
        ControlFile.write(cpu, "cpu.shares", Math.min(MAX_SHARES, (long) SHARES_PER_SLOT * slots));
    }

    private static Path own(Map<String, Path> parents, String controller, String name) throws IOException {
        Path parent = parents.get(controller);
        if (parent == null) {
            throw new IOException("there is no hierarchy for " + controller);
        }
        return Files.createDirectories(parent.resolve(name));
    }

    @Override
    public List<Path> create(String name) throws IOException {
        List<Path> directories = directories(name);
        for (Path directory : directories) {
            Files.createDirectory(directory);
        }
        return directories;
    }

    private List<Path> directories(String name) {
        return List.of(pids.resolve(name), memory.resolve(name), cpu.resolve(name));
    }

    @Override
    public void limit(List<Path> group, TaskLimits limits) throws IOException {
        ControlFile.write(group.get(0), "pids.max", limits.pids());
        Path ofMemory = group.get(1);
        boolean swap = Files.exists(ofMemory.resolve("memory.memsw.limit_in_bytes"));
        if (swap) {
            // This limit must never be below the limit of memory alone, whose old value may be higher than the new one.
            ControlFile.write(ofMemory, "memory.memsw.limit_in_bytes", -1);
        }
        ControlFile.write(ofMemory, "memory.limit_in_bytes", limits.memoryBytes());
        if (swap) {
            ControlFile.write(ofMemory, "memory.memsw.limit_in_bytes", limits.memoryBytes());
        }
        if (limits.cpuMillis() > 0) {
            ControlFile.write(group.get(2), "cpu.cfs_period_us", PERIOD_US);
            ControlFile.write(group.get(2), "cpu.cfs_quota_us", (long) PERIOD_US * limits.cpuMillis() / 1_000);
        }
        weigh(group, limits, 1);
    }

    @Override
    public void weigh(List<Path> group, TaskLimits limits, int divisor) throws IOException {
        long shares = Math.min(MAX_SHARES, (long) SHARES_PER_SLOT * limits.cpuSlots());
        ControlFile.write(group.get(2), "cpu.shares", Math.max(MIN_SHARES, shares / divisor));
    }

    @Override
    public long crowd(List<Path> group) {
        return ControlFile.number(group.get(0), "pids.current");
    }

    @Override
    public void resetPeak(List<Path> group) throws IOException {
        ControlFile.write(group.get(1), "memory.max_usage_in_bytes", 0);
    }

    @Override
    public Usage usage(List<Path> group) {
        Path ofMemory = group.get(1);
        return new Usage(
                ControlFile.entry(ofMemory, "memory.oom_control", "oom_kill"),
                0,
                ControlFile.number(ofMemory, "memory.max_usage_in_bytes"),
                ControlFile.entry(group.get(0), "pids.events", "max"));
    }

    @Override
    public long heldBytes(List<Path> group) {
        return ControlFile.number(group.get(1), "memory.usage_in_bytes");
    }

    /**
     * Returns the files that move a single thread, which is enough for a process with one thread. Moving a whole process would make the
     * kernel hold up all other processes of the machine.
     */
    @Override
    public List<Path> entrances(List<Path> group) {
        return group.stream().map(it -> it.resolve("tasks")).toList();
    }

    @Override
    public void add(List<Path> group, long pid) throws IOException {
        for (Path directory : group) {
            ControlFile.write(directory, "cgroup.procs", pid);
        }
    }

    @Override
    public void sweep() throws IOException {
        for (String name : left(pids, memory, cpu)) {
            List<Path> directories = directories(name);
            new ProcessTree(CgroupMembers.of(directories)).kill();
            CgroupMembers.removeEmptied(directories);
        }
    }

    private static List<String> left(Path... parents) throws IOException {
        var names = new ArrayList<String>();
        for (Path parent : parents) {
            try (DirectoryStream<Path> children = Files.newDirectoryStream(parent, Files::isDirectory)) {
                children.forEach(child -> names.add(child.getFileName().toString()));
            }
        }
        return names.stream().distinct().toList();
    }

    @Override
    public List<Path> own() {
        return List.of(pids, memory, cpu);
    }

    @Override
    public String version() {
        return "cgroup-v1";
    }
}
