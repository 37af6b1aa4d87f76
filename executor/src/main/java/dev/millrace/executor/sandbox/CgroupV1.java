package dev.millrace.executor.sandbox;

import dev.millrace.executor.process.CgroupMembers;
import dev.millrace.executor.process.ProcessTree;
import dev.millrace.executor.process.TaskCgroup;
import dev.millrace.executor.process.TaskLimits;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Version 1: one hierarchy each for memory, cpu and pids. */
final class CgroupV1 implements Cgroups {
    private static final int SHARES_PER_SLOT = 1_024;

    /** The kernel charges memory in batches. */
    private static final long SLACK_BYTES = 1 << 20;

    private static final int MAX_SHARES = 262_144;

    private final Path pids;
    private final Path memory;
    private final Path cpu;

    /**
     * Makes the groups of this executor.
     *
     * @param parents by controller
     * @throws IOException when one of the controllers is not there or not ours to use
     */
    CgroupV1(Map<String, Path> parents, String name, int slots) throws IOException {
        this.pids = own(parents, "pids", name);
        this.memory = own(parents, "memory", name);
        this.cpu = own(parents, "cpu", name);
        // As a whole the tasks weigh what they would one by one beside the processes of the platform.
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
    public TaskCgroup create(String name, TaskLimits limits) throws IOException {
        List<Path> directories = directories(name);
        for (Path directory : directories) {
            Files.createDirectory(directory);
        }
        Path ownPids = directories.get(0);
        Path ownMemory = directories.get(1);
        ControlFile.write(ownPids, "pids.max", limits.pids());
        ControlFile.write(ownMemory, "memory.limit_in_bytes", limits.memoryBytes());
        if (Files.exists(ownMemory.resolve("memory.memsw.limit_in_bytes"))) {
            ControlFile.write(ownMemory, "memory.memsw.limit_in_bytes", limits.memoryBytes());
        }
        ControlFile.write(
                directories.get(2), "cpu.shares", Math.min(MAX_SHARES, (long) SHARES_PER_SLOT * limits.cpuSlots()));
        return new Group(directories, limits);
    }

    private record Group(List<Path> directories, TaskLimits limits) implements TaskCgroup {
        @Override
        public void add(long pid) throws IOException {
            for (Path directory : directories) {
                ControlFile.write(directory, "cgroup.procs", pid);
            }
        }

        @Override
        public CgroupMembers members() {
            return new CgroupMembers(directories.get(0));
        }

        @Override
        public Breach breach() {
            Path memory = directories.get(1);
            return Breach.of(
                    ControlFile.entry(memory, "memory.oom_control", "oom_kill"),
                    ControlFile.number(memory, "memory.max_usage_in_bytes") >= limits.memoryBytes() - SLACK_BYTES,
                    ControlFile.entry(directories.get(0), "pids.events", "max"),
                    limits);
        }

        @Override
        public void delete() throws IOException {
            CgroupMembers.removeEmptied(directories);
        }
    }

    @Override
    public List<Path> directories(String name) {
        return List.of(pids.resolve(name), memory.resolve(name), cpu.resolve(name));
    }

    @Override
    public void sweep() throws IOException {
        for (String name : left(pids, memory, cpu)) {
            List<Path> directories = directories(name);
            new ProcessTree(new CgroupMembers(directories.get(0))).kill();
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
