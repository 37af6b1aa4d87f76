package dev.millrace.executor.sandbox;

import dev.millrace.executor.process.CgroupMembers;
import dev.millrace.executor.process.TaskCgroup;
import dev.millrace.executor.process.TaskLimits;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Finds where this executor may make control groups. */
final class CgroupProbe {
    private static final Path ROOT = Path.of("/sys/fs/cgroup");
    private static final String PARENT = "millrace";
    private static final String SERVICE = "service";

    /** Processes may start others while they are moved. */
    private static final int MOVES = 100;

    private final SandboxSettings settings;
    private final String name;
    private final int slots;
    private final Path shell;

    /** @param name of this executor's own group, which no other on this machine has */
    CgroupProbe(SandboxSettings settings, String name, int slots, Path shell) {
        this.settings = settings;
        this.shell = shell;
        this.name = name;
        this.slots = slots;
    }

    /** @throws IOException saying why there are none */
    Cgroups find() throws IOException {
        Map<String, String> own = ownGroups();
        boolean second = Files.exists(ROOT.resolve("cgroup.controllers"));
        Hierarchy found = second ? version2(own.getOrDefault("", "/")) : version1(own);
        found.sweep();
        var groups = new Cgroups(found, slots);
        // Allows what a task that takes all slots would have; the group above may allow less.
        TaskCgroup probe = groups.take(new TaskLimits(64 << 20, slots, settings.slotCpuMillis() * slots, 16));
        try {
            tryOut(probe);
        } finally {
            CgroupMembers.removeEmptied(probe.directories());
        }
        return groups;
    }

    /** A group can be made where no process may be moved to. */
    private void tryOut(TaskCgroup group) throws IOException {
        if (!group.entrances().stream().allMatch(LaunchScript::canEnter)) {
            throw new IOException("there are spaces in the path of the control groups");
        }
        Process held = new ProcessBuilder(shell.toString(), "-c", "read go").start();
        try {
            group.add(held.pid());
            if (!group.members().pids().contains(held.pid())) {
                throw new IOException("a process that was moved to a control group is not in it");
            }
        } finally {
            held.destroyForcibly();
            held.onExit().join();
        }
    }

    private Hierarchy version1(Map<String, String> own) throws IOException {
        var parents = new HashMap<String, Path>();
        for (String controller : new String[] {"pids", "memory", "cpu"}) {
            Path hierarchy = ROOT.resolve(controller);
            if (!Files.isDirectory(hierarchy)) {
                continue;
            }
            Path within = hierarchy.resolve(own.getOrDefault(controller, "/").substring(1));
            // In a container the path may be the outside's, and the hierarchy's root its own group.
            Path parent = Files.isDirectory(within) ? within : hierarchy;
            parents.put(
                    controller,
                    settings.cgroup().isEmpty() ? parent.resolve(PARENT) : hierarchy.resolve(settings.cgroup()));
        }
        return new CgroupV1(parents, name, slots);
    }

    /** At the root of the machine, which alone may have processes and children, else in the group this process was given. */
    private Hierarchy version2(String own) throws IOException {
        if (!settings.cgroup().isEmpty()) {
            return CgroupV2.make(ROOT, ROOT.resolve(settings.cgroup()), name, slots);
        }
        boolean isWholeMachine = !Files.exists(ROOT.resolve("cgroup.type"));
        if (isWholeMachine && Files.isWritable(ROOT.resolve("cgroup.subtree_control"))) {
            return CgroupV2.make(ROOT, ROOT.resolve(PARENT), name, slots);
        }
        Path mine = ROOT.resolve(own.substring(1)).normalize();
        Path parent = mine.getParent();
        // Another executor of this process, or an earlier one of this group, has been here.
        boolean isMoved = mine.endsWith(SERVICE) && parent != null && parent.startsWith(ROOT);
        Path given = isMoved && parent != null ? parent : mine;
        empty(given, given.resolve(SERVICE));
        return CgroupV2.make(ROOT, given.resolve(PARENT), name, slots);
    }

    /** A group that passes controllers on may have no process itself, so all of them move a step down. */
    private static void empty(Path group, Path below) throws IOException {
        Files.createDirectories(below);
        for (int i = 0; i < MOVES; i++) {
            List<Long> pids = new CgroupMembers(group).direct();
            if (pids.isEmpty()) {
                return;
            }
            for (long pid : pids) {
                try {
                    ControlFile.write(below, "cgroup.procs", pid);
                } catch (IOException e) {
                    if (ProcessHandle.of(pid).filter(ProcessHandle::isAlive).isPresent()) {
                        throw e;
                    }
                }
            }
        }
        throw new IOException("the processes of " + group + " cannot be moved below it");
    }

    /** The groups this process is in, by controller; version 2 has one, under the empty name. */
    private static Map<String, String> ownGroups() throws IOException {
        var groups = new HashMap<String, String>();
        for (String line : Files.readAllLines(Path.of("/proc/self/cgroup"), StandardCharsets.UTF_8)) {
            String[] parts = line.split(":", 3);
            for (String controller : parts[1].split(",")) {
                groups.put(controller, parts[2]);
            }
        }
        return groups;
    }
}
