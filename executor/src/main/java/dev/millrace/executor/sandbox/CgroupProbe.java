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

    /** How often to move the remaining processes of a group, since they may start others meanwhile. */
    private static final int MOVES = 100;

    private final SandboxSettings settings;
    private final String name;
    private final int slots;
    private final Path shell;

    /** @param name the name of this executor's own group, unique on this machine */
    CgroupProbe(SandboxSettings settings, String name, int slots, Path shell) {
        this.settings = settings;
        this.shell = shell;
        this.name = name;
        this.slots = slots;
    }

    /** @throws IOException if control groups cannot be used; its message is the reason */
    Cgroups find() throws IOException {
        Map<String, String> own = ownGroups();
        boolean second = Files.exists(ROOT.resolve("cgroup.controllers"));
        Hierarchy found = second ? version2(own.getOrDefault("", "/")) : version1(own);
        found.sweep();
        var groups = new Cgroups(found, slots);
        // Tries the limits of a task that takes all slots, because the parent group may allow less.
        TaskCgroup probe = groups.take(new TaskLimits(64 << 20, slots, settings.slotCpuMillis() * slots, 16));
        try {
            tryOut(probe);
        } finally {
            CgroupMembers.removeEmptied(probe.directories());
        }
        return groups;
    }

    /** Moves a process into the group, because it may be possible to create a group but not to move a process into it. */
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
            // In a container this may be the path as it is outside the container. Then the root of the hierarchy is the
            // container's own group.
            Path parent = Files.isDirectory(within) ? within : hierarchy;
            parents.put(
                    controller,
                    settings.cgroup().isEmpty() ? parent.resolve(PARENT) : hierarchy.resolve(settings.cgroup()));
        }
        return new CgroupV1(parents, name, slots);
    }

    /**
     * Makes the group below the root group of the machine if that is possible, because only the root may have both processes and children
     * with controllers. Otherwise makes it in the group that this process was given.
     */
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
        // Another executor of this process, or an earlier executor in this group, has already moved the processes down.
        boolean isMoved = mine.endsWith(SERVICE) && parent != null && parent.startsWith(ROOT);
        Path given = isMoved && parent != null ? parent : mine;
        empty(given, given.resolve(SERVICE));
        return CgroupV2.make(ROOT, given.resolve(PARENT), name, slots);
    }

    /** Moves all processes of a group to the group below it, because a group that passes controllers on must not have processes itself. */
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

    /** Returns the groups of this process by controller. Version 2 has only one group, under the empty name. */
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
