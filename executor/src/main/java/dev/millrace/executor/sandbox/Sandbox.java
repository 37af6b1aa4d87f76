package dev.millrace.executor.sandbox;

import dev.millrace.executor.files.Workspace;
import dev.millrace.executor.process.Launch;
import dev.millrace.executor.process.TaskCgroup;
import dev.millrace.executor.process.TaskLimits;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Isolates tasks on this machine by the means that {@link SandboxProbe} found to work. Thread-safe. A thread that starts a process as
 * {@link #launch} describes must live until the process has ended, because bubblewrap dies with the thread that started it.
 */
public final class Sandbox {
    private static final Logger LOG = LoggerFactory.getLogger(Sandbox.class);

    static final String BROKEN = "{ \"millrace\": \"inputs could not be mounted\" }";
    static final String NO_GROUP = "{ \"millrace\": \"control group could not be entered\" }";

    /** The message of bubblewrap when it has made the sandbox and cannot start the task in it. */
    private static final String NO_START = "bwrap: execvp ";

    private static final String MARK = "MILLRACE_";
    private static final int MAX_SAID_BYTES = 64 * 1024;

    private final LaunchScript launchScript;
    private final String path;
    private final @Nullable Bubblewrap box;
    private final @Nullable Cgroups groups;
    private final Overlays overlays;
    private final Networks networks;
    private final Map<String, String> missing;

    Sandbox(
            LaunchScript launchScript,
            String path,
            @Nullable Bubblewrap box,
            @Nullable Cgroups groups,
            Overlays overlays,
            Networks networks,
            Map<String, String> missing) {
        this.launchScript = launchScript;
        this.path = path;
        this.box = box;
        this.groups = groups;
        this.overlays = overlays;
        this.networks = networks;
        this.missing = missing;
    }

    /** The labels by which an executor describes its sandbox to the scheduler and to people. */
    public Map<String, String> labels() {
        return new TreeMap<>(Map.of(
                "sandbox", box == null ? "process" : "namespaces",
                "limits", groups == null ? "none" : groups.version(),
                "inputs", overlays.possible() ? "overlay" : "copy",
                "network", networks.isolated() ? "isolated" : "shared"));
    }

    /** Returns the reasons why this machine lacks a feature, by the label of the feature. */
    public Map<String, String> missing() {
        return missing;
    }

    /** Returns lines that describe how tasks are isolated, for the person who starts an executor. */
    public List<String> announcement() {
        var lines = new ArrayList<String>();
        lines.add("task isolation: "
                + labels().entrySet().stream()
                        .map(it -> it.getKey() + "=" + it.getValue())
                        .collect(Collectors.joining(", ")));
        if (box == null) {
            lines.add("warning: without namespaces a task can read and write whatever the executor's user can"
                    + reason("sandbox"));
        }
        if (groups == null) {
            lines.add(
                    "warning: without control groups nothing limits a task's memory and processes" + reason("limits"));
        }
        if (!networks.isolated()) {
            lines.add(
                    "warning: a task with 'network: true' reaches whatever listens on this machine, the platform's servers too"
                            + reason("network"));
        }
        hiddenWhole()
                .forEach(it -> lines.add("tasks do not see " + it + ": too much in it is private to hide it singly"));
        return List.copyOf(lines);
    }

    /** Logs a warning for each directory that is hidden as a whole and for each missing feature. */
    public void warn(String executorId) {
        hiddenWhole().forEach(it -> LOG.atWarn()
                .addKeyValue("executorId", executorId)
                .addKeyValue("directory", it)
                .log("tasks do not see a directory, since too much in it is private to hide it singly"));
        missing.forEach((label, reason) -> LOG.atWarn()
                .addKeyValue("executorId", executorId)
                .addKeyValue("label", label)
                .addKeyValue("reason", reason)
                .log("tasks are kept apart less than they could be"));
    }

    private String reason(String label) {
        String reason = missing.get(label);
        return reason == null ? "" : ": " + reason;
    }

    /** Returns the directories that are hidden with all their content, because too much of it is private. */
    public List<Path> hiddenWhole() {
        return box == null ? List.of() : box.hiddenWhole();
    }

    public boolean overlays() {
        return overlays.possible();
    }

    /** Returns whether tasks have their home and temporary directories in memory, instead of those of the workspace. */
    public boolean memory() {
        return box != null;
    }

    public boolean limits() {
        return groups != null;
    }

    /** Returns the paths of an attempt's directories as its task sees them. */
    public TaskPaths view(Workspace workspace, TaskLocation location) {
        return box != null
                ? box.view(location)
                : new TaskPaths(workspace.root(), workspace.home(), workspace.tmp(), workspace.out());
    }

    /**
     * Returns the path on the machine of {@code seen}, an absolute path as the task sees it. Returns nothing if the task cannot see this
     * path.
     */
    public Optional<Path> behind(Path seen, Workspace workspace, TaskLocation location) {
        Path path = seen.normalize();
        TaskPaths view = view(workspace, location);
        if (path.startsWith(view.work())) {
            Path relative = view.work().relativize(path);
            Workspace.Overlay overlay = workspace.overlay();
            return Optional.of((overlay == null ? workspace.root() : overlay.lower()).resolve(relative));
        }
        return box == null || box.paths().stream().anyMatch(path::startsWith) ? Optional.of(path) : Optional.empty();
    }

    /** Returns the directories of the machine that tasks see, for messages; empty if they see all. */
    public List<Path> shown() {
        return box == null ? List.of() : box.paths();
    }

    /** @throws IOException when the machine refuses a control group */
    public Launch launch(
            List<String> task,
            Workspace workspace,
            TaskLocation location,
            Map<String, String> environment,
            boolean network,
            TaskLimits limits)
            throws IOException {
        List<String> inner = inner(task, workspace, location, environment, network);
        TaskCgroup group = groups == null ? null : groups.take(limits);
        List<Path> entrances = group == null ? List.of() : group.entrances();
        return described(
                box == null
                        ? launchScript.plain(workspace, entrances, inner)
                        : launchScript.sandboxed(workspace, entrances, inner),
                workspace,
                location,
                environment,
                network,
                group);
    }

    /**
     * Returns a launch that starts at once and without a control group, for a person who wants to look around in the sandbox.
     *
     * @param terminal whether this process has a terminal; the task then gets a terminal of its own that is connected to it
     */
    public Launch openHere(
            List<String> task,
            Workspace workspace,
            TaskLocation location,
            Map<String, String> environment,
            boolean network,
            boolean terminal)
            throws IOException {
        List<String> inner = inner(task, workspace, location, environment, network);
        return described(
                launchScript.open(box != null, workspace, inner, terminal),
                workspace,
                location,
                environment,
                network,
                null);
    }

    private List<String> inner(
            List<String> task,
            Workspace workspace,
            TaskLocation location,
            Map<String, String> environment,
            boolean network)
            throws IOException {
        if (box == null) {
            return inPlace(workspace, location.directory(), task);
        }
        Files.write(workspace.environment(), Bubblewrap.environment(environment));
        boolean own = network && networks.isolated();
        boolean mapped = overlays.mapsUser(workspace) || (own && networks.asRoot());
        List<String> sandboxed = inPlace(workspace, "", box.command(task, workspace, location, network, mapped));
        return own ? launchScript.networked(networks, workspace, sandboxed) : sandboxed;
    }

    private Launch described(
            List<String> command,
            Workspace workspace,
            TaskLocation location,
            Map<String, String> environment,
            boolean network,
            @Nullable TaskCgroup group) {
        if (box == null) {
            // The overlay is not mounted yet, so the directories in it do not exist yet.
            Path start =
                    workspace.overlay() == null ? workspace.root().resolve(location.directory()) : workspace.root();
            return new Launch(command, start, environment, group, 0);
        }
        // Keeps the task's environment from programs that run outside the sandbox.
        var outside = new HashMap<String, String>();
        outside.put("PATH", path);
        environment.forEach((key, value) -> {
            if (key.startsWith(MARK)) {
                outside.put(key, value);
            }
        });
        return new Launch(command, workspace.logs(), outside, group, network && networks.isolated() ? 3 : 2);
    }

    private List<String> inPlace(Workspace workspace, String directory, List<String> inner) {
        Workspace.Overlay overlay = workspace.overlay();
        return overlay == null
                ? inner
                : launchScript.overlaid(overlays.unshare(), workspace, overlay, directory, inner);
    }

    /**
     * The reason why the command of a task never started.
     *
     * @param byTask whether the command itself is the cause, and not this machine
     */
    public record Broken(boolean byTask, String reason) {}

    /**
     * Returns why the command of a task never started; empty if it did start. Call this only for a task that ended by itself.
     *
     * @param standardError the file with the task's standard error, where the sandbox writes its messages
     */
    public Optional<Broken> brokenBefore(Workspace workspace, Path standardError) {
        String status;
        try {
            status = beginning(workspace.status());
        } catch (IOException e) {
            return broken("the sandbox left no report: " + e.getMessage());
        }
        if (status.contains(NO_GROUP)) {
            return broken("its control group could not be entered" + firstLine(standardError));
        }
        if (status.contains(BROKEN)) {
            return broken("the inputs could not be mounted" + firstLine(standardError));
        }
        if (box == null || status.contains("\"exit-code\"")) {
            return Optional.empty();
        }
        String said = firstLine(standardError);
        int at = said.indexOf(NO_START);
        return at < 0
                ? broken("the sandbox could not be set up" + said)
                : Optional.of(
                        new Broken(true, "the command cannot be started: " + said.substring(at + NO_START.length())));
    }

    private static Optional<Broken> broken(String reason) {
        return Optional.of(new Broken(false, reason));
    }

    /**
     * Reads the longest message that the sandbox can have written to a file. A task without a sandbox may have replaced the file, for
     * example by a pipe that never delivers anything.
     */
    private static String beginning(Path file) throws IOException {
        if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
            return "";
        }
        try (InputStream in = Files.newInputStream(file)) {
            return new String(in.readNBytes(MAX_SAID_BYTES), StandardCharsets.ISO_8859_1);
        }
    }

    private static String firstLine(Path file) {
        try {
            return beginning(file).lines().findFirst().map(it -> ": " + it).orElse("");
        } catch (IOException | RuntimeException e) {
            return "";
        }
    }

    /** Returns the directories of the executor's own control groups; empty if there are none. */
    public List<Path> ownGroups() {
        return groups == null ? List.of() : groups.own();
    }
}
