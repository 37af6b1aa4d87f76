package dev.millrace.executor.sandbox;

import dev.millrace.executor.files.AttemptFiles;
import dev.millrace.executor.files.Workspace;
import dev.millrace.executor.process.Launch;
import dev.millrace.executor.process.TaskLimits;
import dev.millrace.platform.config.ConfigException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Finds out which means of isolation this machine supports, by trying them in the same way as tasks use them later. */
public final class SandboxProbe {
    private static final long LIMIT_SECONDS = 20;
    private static final TaskLimits LIMITS = new TaskLimits(64L << 20, 1, 0, 64);

    private final SandboxSettings settings;
    private final Path directory;
    private final String path;
    private final Tools tools;
    private final LaunchScript launchScript;
    private final Map<String, String> missing = new TreeMap<>();

    /** @param directory the directory of the executor, which no task sees; the probe creates a subdirectory and removes it again */
    public SandboxProbe(SandboxSettings settings, Path directory, String path) throws IOException {
        this.settings = settings;
        this.directory = directory.toAbsolutePath().normalize();
        this.path = path;
        this.tools = Tools.find(path);
        this.launchScript =
                new LaunchScript(tools, IgnoredSignals.notIn(tools), settings.maxDiskBytes(), settings.maxOpenFiles());
    }

    /**
     * Returns the strongest sandbox that works on this machine and that the settings allow.
     *
     * @throws ConfigException if the settings require a feature that this machine does not have
     */
    public Sandbox find(String executorId, int slots) throws IOException {
        Path probe = directory.resolve("probe");
        AttemptFiles.deleteTree(probe);
        try {
            Bubblewrap box = settings.level() == SandboxSettings.Level.PROCESS ? null : box(probe);
            Overlays overlays = overlays(box, probe);
            Networks networks = networks(box, probe);
            Cgroups groups = settings.limits() == SandboxSettings.Limits.OFF ? null : groups(executorId, slots);
            return new Sandbox(launchScript, path, box, groups, overlays, networks, missing);
        } finally {
            AttemptFiles.deleteTree(probe);
        }
    }

    /**
     * Returns the bubblewrap sandbox, or null if the machine does not support it and the settings do not require it.
     *
     * @throws ConfigException also if the machine supports the sandbox and only the hiding of private paths fails: without the sandbox,
     *     tasks could read exactly those files that could not be hidden
     */
    private @Nullable Bubblewrap box(Path probe) throws IOException {
        if (tools.bwrap().isEmpty()) {
            return without("there is no program 'bwrap' in executor.path (" + path + "); Debian has it in bubblewrap");
        }
        var hidden = new ArrayList<>(settings.hiddenPaths());
        hidden.add(directory);
        var closed = new Bubblewrap(tools.bwrap().get(), settings, path, hidden, identity());
        String problem = attempt(closed, Overlays.NONE, probe.resolve("closed"), "exit 0");
        if (problem == null) {
            return closed;
        }
        Bubblewrap nesting = closed.nesting();
        String nested = attempt(nesting, Overlays.NONE, probe.resolve("box"), "exit 0");
        if (nested == null) {
            missing.put("user namespaces", "tasks may make their own: " + problem);
            return nesting;
        }
        if (attempt(nesting.hidingNothing(), Overlays.NONE, probe.resolve("bare"), "exit 0") == null) {
            throw new ConfigException("tasks cannot be kept from what is private below what they see: " + nested
                    + "; name what they need in executor.sandboxPaths, or allow executor.sandbox=process");
        }
        return without(nested);
    }

    private @Nullable Bubblewrap without(String problem) {
        if (settings.level() == SandboxSettings.Level.NAMESPACES) {
            throw new ConfigException("executor.sandbox is 'namespaces', which this machine cannot do: " + problem);
        }
        missing.put("sandbox", problem);
        return null;
    }

    private static Bubblewrap.Identity identity() throws IOException {
        Path self = Path.of("/proc/self");
        return new Bubblewrap.Identity(
                ((Integer) Files.getAttribute(self, "unix:uid")).longValue(),
                ((Integer) Files.getAttribute(self, "unix:gid")).longValue(),
                Path.of(System.getProperty("user.home", "/")));
    }

    private Overlays overlays(@Nullable Bubblewrap box, Path probe) throws IOException {
        if (tools.unshare().isEmpty() || tools.mount().isEmpty()) {
            missing.put("inputs", "there is no program 'unshare' or 'mount' in executor.path (" + path + ")");
            return Overlays.NONE;
        }
        if (!Workspace.Overlay.canHold(directory)) {
            missing.put("inputs", "executor.directory has characters that a mount has no way to quote: " + directory);
            return Overlays.NONE;
        }
        Overlays privileged = Overlays.privileged(tools.unshare().get());
        String problem = overlay(box, privileged, probe.resolve("privileged"));
        if (problem == null) {
            return privileged;
        }
        if (box != null) {
            // Not tried without bubblewrap, because the task would then run as root in its user namespace.
            Overlays asUser = Overlays.inUserNamespace(tools.unshare().get());
            problem = overlay(box, asUser, probe.resolve("user"));
            if (problem == null) {
                return asUser;
            }
        }
        missing.put("inputs", problem);
        return Overlays.NONE;
    }

    /**
     * Returns the network for tasks that ask for one. Without bubblewrap a task has no namespaces, so it cannot have a network namespace
     * either.
     */
    private Networks networks(@Nullable Bubblewrap box, Path probe) throws IOException {
        @Nullable String problem;
        if (settings.network() == SandboxSettings.Network.SHARED) {
            return Networks.SHARED;
        } else if (box == null) {
            problem = "there is no sandbox";
        } else if (tools.pasta().isEmpty()) {
            problem = "there is no program 'pasta' in executor.path (" + path + "); Debian has it in passt";
        } else {
            Networks networks = identity().uid() == 0
                    ? Networks.privileged(tools.pasta().get())
                    : Networks.inUserNamespace(tools.pasta().get());
            problem = attempt(box, Overlays.NONE, networks, probe.resolve("network"), differsFrom(ownNetwork()));
            if (problem == null) {
                return networks;
            }
        }
        if (settings.network() == SandboxSettings.Network.ISOLATED) {
            throw new ConfigException("executor.network is 'isolated', which this machine cannot do: " + problem);
        }
        missing.put("network", problem);
        return Networks.SHARED;
    }

    private static Path ownNetwork() throws IOException {
        return Files.readSymbolicLink(Path.of("/proc/self/ns/net"));
    }

    /** Returns a script that succeeds only in another network than {@code network}, and only if it has at least one route. */
    private static String differsFrom(Path network) {
        return "test \"$(readlink /proc/self/ns/net)\" != '" + network + "' && test $(wc -l </proc/net/route) -gt 1";
    }

    /**
     * Tries to change, delete and create a file in an overlay, and checks that the shared tree stays as it was. Returns the problem, or
     * null if it works.
     */
    private @Nullable String overlay(@Nullable Bubblewrap box, Overlays overlays, Path probe) throws IOException {
        Path lower = Files.createDirectories(probe.resolve("lower"));
        Files.writeString(lower.resolve("changed"), "before");
        Files.writeString(lower.resolve("deleted"), "before");
        String problem =
                attempt(box, overlays, probe, "test -f deleted && echo after >changed && rm deleted && echo new >new");
        if (problem != null) {
            return problem;
        }
        boolean kept = Files.readString(lower.resolve("changed")).equals("before")
                && Files.exists(lower.resolve("deleted"))
                && !Files.exists(lower.resolve("new"));
        boolean seen =
                Files.readString(probe.resolve("upper").resolve("changed")).equals("after\n")
                        && Files.exists(probe.resolve("upper").resolve("new"));
        return kept && seen ? null : "an overlay does not keep what it should";
    }

    private @Nullable String attempt(@Nullable Bubblewrap box, Overlays overlays, Path probe, String script)
            throws IOException {
        return attempt(box, overlays, Networks.SHARED, probe, script);
    }

    private @Nullable String attempt(
            @Nullable Bubblewrap box, Overlays overlays, Networks networks, Path probe, String script)
            throws IOException {
        var workspace = new Workspace(
                Files.createDirectories(probe.resolve("root")),
                Files.createDirectories(probe.resolve("home")),
                Files.createDirectories(probe.resolve("tmp")),
                Files.createDirectories(probe.resolve("out")),
                Files.createDirectories(probe.resolve("logs")),
                null);
        if (overlays.possible()) {
            workspace = workspace.with(new Workspace.Overlay(
                    probe.resolve("lower"),
                    Files.createDirectories(probe.resolve("upper")),
                    Files.createDirectories(probe.resolve("scratch"))));
        }
        var sandbox = new Sandbox(launchScript, path, box, null, overlays, networks, Map.of());
        Launch launch = sandbox.launch(
                List.of("sh", "-c", script),
                workspace,
                TaskLocation.ANYWHERE,
                Map.of("PATH", path),
                networks.isolated(),
                LIMITS);
        Path output = probe.resolve("output");
        var builder = new ProcessBuilder(launch.command())
                .directory(launch.directory().toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile());
        builder.environment().clear();
        builder.environment().putAll(launch.environment());
        Process process = builder.start();
        try (OutputStream go = process.getOutputStream()) {
            go.write('\n');
        }
        try {
            if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
                return "a first try took more than " + LIMIT_SECONDS + " s";
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        } finally {
            process.destroyForcibly();
        }
        String said = Files.readString(output, StandardCharsets.ISO_8859_1).strip();
        return process.exitValue() == 0 ? null : "a first try ended with code " + process.exitValue() + ": " + said;
    }

    private @Nullable Cgroups groups(String executorId, int slots) {
        String name =
                executorId + "-" + Integer.toHexString(directory.toString().hashCode());
        try {
            return new CgroupProbe(settings, name, slots, tools.shell()).find();
        } catch (IOException | RuntimeException e) {
            if (settings.slotCpuMillis() > 0) {
                throw new ConfigException("executor.slotCpuMillis is " + settings.slotCpuMillis()
                        + ", but there are no control groups, or none may have so much for " + slots + " slots: " + e);
            }
            if (settings.limits() == SandboxSettings.Limits.REQUIRED) {
                throw new ConfigException("executor.limits is 'required', but there are no control groups: " + e);
            }
            missing.put("limits", e.toString());
            return null;
        }
    }
}
