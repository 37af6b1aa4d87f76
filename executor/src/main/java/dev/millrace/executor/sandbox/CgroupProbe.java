package dev.millrace.executor.sandbox;

import dev.millrace.executor.process.TaskCgroup;
import dev.millrace.executor.process.TaskLimits;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** Finds where this executor may make control groups. */
final class CgroupProbe {
    private static final Path ROOT = Path.of("/sys/fs/cgroup");
    private static final String PARENT = "millrace";

    private final String configured;
    private final String name;
    private final int slots;

    /** @param name of this executor's own group, which no other on this machine has */
    CgroupProbe(String configured, String name, int slots) {
        this.configured = configured;
        this.name = name;
        this.slots = slots;
    }

    /** @throws IOException saying why there are none */
    Cgroups find() throws IOException {
        Map<String, String> own = ownGroups();
        Cgroups found =
                Files.exists(ROOT.resolve("cgroup.controllers")) ? version2(own.getOrDefault("", "/")) : version1(own);
        found.sweep();
        TaskLimits limits = new TaskLimits(64 << 20, 1, 16);
        TaskCgroup probe = found.create("probe", limits);
        probe.delete();
        return found;
    }

    private Cgroups version1(Map<String, String> own) throws IOException {
        var parents = new HashMap<String, Path>();
        for (String controller : new String[] {"pids", "memory", "cpu"}) {
            Path hierarchy = ROOT.resolve(controller);
            if (!Files.isDirectory(hierarchy)) {
                continue;
            }
            Path within = hierarchy.resolve(own.getOrDefault(controller, "/").substring(1));
            // In a container the path may be the outside's, and the hierarchy's root its own group.
            Path parent = Files.isDirectory(within) ? within : hierarchy;
            parents.put(controller, configured.isEmpty() ? parent.resolve(PARENT) : hierarchy.resolve(configured));
        }
        return new CgroupV1(parents, name, slots);
    }

    /** At the root where that is allowed, else in the group that was delegated to this process. */
    private Cgroups version2(String own) throws IOException {
        if (!configured.isEmpty()) {
            return new CgroupV2(ROOT, ROOT.resolve(configured), name, slots);
        }
        if (Files.isWritable(ROOT.resolve("cgroup.subtree_control"))) {
            return new CgroupV2(ROOT, ROOT.resolve(PARENT), name, slots);
        }
        Path delegated = ROOT.resolve(own.substring(1));
        // A group that passes controllers on may have no process itself, so this one moves a step down.
        Path service = delegated.resolve("service");
        Files.createDirectories(service);
        ControlFile.write(service, "cgroup.procs", ProcessHandle.current().pid());
        return new CgroupV2(ROOT, delegated.resolve(PARENT), name, slots);
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
