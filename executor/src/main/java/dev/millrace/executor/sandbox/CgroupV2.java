package dev.millrace.executor.sandbox;

import dev.millrace.executor.process.CgroupMembers;
import dev.millrace.executor.process.ProcessTree;
import dev.millrace.executor.process.TaskLimits;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Version 2: one hierarchy, in which each group passes the controllers on to its children. */
final class CgroupV2 implements Hierarchy {
    private static final int WEIGHT_PER_SLOT = 100;
    private static final int PERIOD_US = 100_000;
    private static final int MAX_WEIGHT = 10_000;
    private static final String SUBTREE = "cgroup.subtree_control";
    private static final List<String> CONTROLLERS = List.of("memory", "cpu", "pids");

    private final Path own;

    private CgroupV2(Path own) {
        this.own = own;
    }

    /**
     * Makes the group of an executor.
     *
     * @param root the root of the hierarchy
     * @param parent a group below the root that has no processes of its own
     * @throws IOException when controllers cannot be passed on
     */
    static CgroupV2 make(Path root, Path parent, String name, int slots) throws IOException {
        Path own = Files.createDirectories(parent.resolve(name));
        passOn(root);
        Path level = root;
        for (Path step : root.relativize(own)) {
            level = level.resolve(step);
            passOn(level);
        }
        ControlFile.write(own, "cpu.weight", Math.min(MAX_WEIGHT, WEIGHT_PER_SLOT * slots));
        return new CgroupV2(own);
    }

    /**
     * Passes the controllers on to the children of a group, unless this has been done already. Above a delegated group it has been done,
     * and this process may not write there.
     */
    private static void passOn(Path group) throws IOException {
        String passed = Files.readString(group.resolve(SUBTREE), StandardCharsets.US_ASCII);
        if (!List.of(passed.strip().split(" ")).containsAll(CONTROLLERS)) {
            ControlFile.write(group, SUBTREE, "+" + String.join(" +", CONTROLLERS));
        }
    }

    @Override
    public List<Path> create(String name) throws IOException {
        return List.of(Files.createDirectory(own.resolve(name)));
    }

    @Override
    public void limit(List<Path> group, TaskLimits limits) throws IOException {
        Path directory = group.get(0);
        ControlFile.write(directory, "pids.max", limits.pids());
        ControlFile.write(directory, "memory.max", limits.memoryBytes());
        if (Files.exists(directory.resolve("memory.swap.max"))) {
            ControlFile.write(directory, "memory.swap.max", 0);
        }
        if (limits.cpuMillis() > 0) {
            ControlFile.write(directory, "cpu.max", (long) PERIOD_US * limits.cpuMillis() / 1_000 + " " + PERIOD_US);
        }
        weigh(group, limits, 1);
    }

    @Override
    public void weigh(List<Path> group, TaskLimits limits, int divisor) throws IOException {
        int weight = Math.min(MAX_WEIGHT, WEIGHT_PER_SLOT * limits.cpuSlots());
        ControlFile.write(group.get(0), "cpu.weight", Math.max(1, weight / divisor));
    }

    @Override
    public long crowd(List<Path> group) {
        return ControlFile.number(group.get(0), "pids.current");
    }

    /** Does nothing: version 2 counts events instead of a peak, and the caller remembers the counts from the start. */
    @Override
    public void resetPeak(List<Path> group) {}

    @Override
    public Usage usage(List<Path> group) {
        Path directory = group.get(0);
        return new Usage(
                ControlFile.entry(directory, "memory.events", "oom_kill"),
                ControlFile.entry(directory, "memory.events", "oom"),
                0,
                ControlFile.entry(directory, "pids.events", "max"));
    }

    @Override
    public long heldBytes(List<Path> group) {
        return ControlFile.number(group.get(0), "memory.current");
    }

    @Override
    public List<Path> entrances(List<Path> group) {
        return List.of(group.get(0).resolve("cgroup.procs"));
    }

    @Override
    public void add(List<Path> group, long pid) throws IOException {
        ControlFile.write(group.get(0), "cgroup.procs", pid);
    }

    @Override
    public void sweep() throws IOException {
        var left = new ArrayList<Path>();
        try (DirectoryStream<Path> children = Files.newDirectoryStream(own, Files::isDirectory)) {
            children.forEach(left::add);
        }
        for (Path directory : left) {
            new ProcessTree(new CgroupMembers(directory)).kill();
            CgroupMembers.removeEmptied(List.of(directory));
        }
    }

    @Override
    public List<Path> own() {
        return List.of(own);
    }

    @Override
    public String version() {
        return "cgroup-v2";
    }
}
