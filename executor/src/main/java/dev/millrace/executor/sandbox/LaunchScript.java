package dev.millrace.executor.sandbox;

import dev.millrace.executor.files.Workspace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The command lines under which a task starts. All of them are in their control group and held at a gate before a line comes on
 * standard input, and end by themselves when their executor dies before.
 *
 * @param first words before each command; see {@link IgnoredSignals}
 * @param maxFileBytes limit on a single file
 * @param maxOpenFiles limit on the descriptors of a process, unless the executor itself may not have that many
 */
record LaunchScript(Tools tools, List<String> first, long maxFileBytes, int maxOpenFiles) {
    private static final int BLOCK = 512;

    /** $0 is the limit on a file in blocks, $1 the file for reports, $2 the files of the group to enter. */
    private String limits() {
        return "ulimit -c 0; ulimit -f \"$0\"; ulimit -n " + maxOpenFiles + " 2>/dev/null || :; ";
    }

    private static final String ENTER = "set -f; for e in $2; do echo 0 >\"$e\" || { echo '" + Sandbox.NO_GROUP
            + "' >>\"$1\"; exit 125; }; done; set +f; ";

    private static final String HELD = "IFS= read -r go || exit 125; ";

    /** $3 is bubblewrap's description of the environment. */
    private static final String BOX =
            "exec " + Bubblewrap.REPORT_FD + ">\"$1\" " + Bubblewrap.ENVIRONMENT_FD + "<\"$3\" || exit 125; shift; ";

    private static final String START = "shift 2; exec \"$@\"";
    private static final String NO_INPUT = " </dev/null";

    /** $0 is the program that mounts, $1 its options, $2 where, $3 the status file, $4 where to start, the rest what. */
    private static final String OVERLAY = "\"$0\" -t overlay overlay -o \"$1\" \"$2\" && cd \"$4\" || " + "{ echo '"
            + Sandbox.BROKEN + "' >>\"$3\"; exit 125; }; shift 4; exec \"$@\"";

    /** Messages of pasta go to the file $0, so that the task's own standard error is its own. */
    private static final String NETWORK = "log=\"$0\"; exec \"$@\" 5>&2 2>>\"$log\"";

    private static final String OWN_ERROR = "exec 2>&5 5>&-; exec \"$@\"";

    List<String> plain(Workspace workspace, List<Path> entrances, List<String> inner) {
        return first(of(limits() + ENTER + HELD + START + NO_INPUT, workspace, entrances, List.of(), inner));
    }

    List<String> sandboxed(Workspace workspace, List<Path> entrances, List<String> inner) {
        return first(of(
                limits() + ENTER + HELD + BOX + START + NO_INPUT, workspace, entrances, environment(workspace), inner));
    }

    private List<String> first(List<String> command) {
        var whole = new ArrayList<>(first);
        whole.addAll(command);
        return whole;
    }

    private static List<String> environment(Workspace workspace) {
        return List.of(workspace.environment().toString());
    }

    /**
     * At once. The command never has the caller's terminal for its own, since many kernels let it type there (TIOCSTI): it has another,
     * which {@code script} copies to the caller's, or none and so no control of jobs.
     *
     * @param terminal whether the caller has one
     */
    List<String> open(boolean sandboxed, Workspace workspace, List<String> inner, boolean terminal) throws IOException {
        List<String> command = sandboxed
                ? of(limits() + BOX + START, workspace, List.of(), environment(workspace), inner)
                : of(limits() + START, workspace, List.of(), List.of(), inner);
        if (!terminal || tools.script().isEmpty()) {
            return command;
        }
        // By way of a file: there is no length that it could not have.
        Path file = Files.writeString(
                workspace.logs().resolve("shell"),
                "exec " + command.stream().skip(1).map(LaunchScript::quoted).collect(Collectors.joining(" ")));
        return List.of(
                tools.script().get().toString(),
                "-q",
                "-e",
                "-c",
                "exec " + quoted(tools.shell().toString()) + " " + quoted(file.toString()),
                "/dev/null");
    }

    private static String quoted(String word) {
        return "'" + word.replace("'", "'\\''") + "'";
    }

    private List<String> of(
            String script, Workspace workspace, List<Path> entrances, List<String> more, List<String> inner) {
        long blocks = (maxFileBytes + BLOCK - 1) / BLOCK;
        var command = new ArrayList<>(List.of(
                tools.setsid().toString(),
                tools.shell().toString(),
                "-c",
                script,
                Long.toString(blocks),
                workspace.status().toString(),
                entrances.stream().map(Path::toString).collect(Collectors.joining(" "))));
        command.addAll(more);
        command.addAll(inner);
        return command;
    }

    /** Whether a file can be named to the shell that enters a group, which knows words alone. */
    static boolean canEnter(Path entrance) {
        return !entrance.toString().matches("(?s).*\\s.*");
    }

    /** {@code inner} in a network namespace of its own. */
    List<String> networked(Networks networks, Workspace workspace, List<String> inner) {
        String shell = tools.shell().toString();
        var command = new ArrayList<>(
                List.of(shell, "-c", NETWORK, workspace.network().toString()));
        command.addAll(networks.command());
        command.addAll(List.of(shell, "-c", OWN_ERROR, shell));
        command.addAll(inner);
        return command;
    }

    /** {@code inner} in the namespaces {@code unshare} makes, with the overlay where its root is, started in a directory of it. */
    List<String> overlaid(
            List<String> unshare,
            Workspace workspace,
            Workspace.Overlay overlay,
            String directory,
            List<String> inner) {
        var command = new ArrayList<>(unshare);
        command.addAll(List.of(
                tools.shell().toString(),
                "-c",
                OVERLAY,
                tools.mount().orElseThrow().toString(),
                overlay.options(),
                workspace.root().toString(),
                workspace.status().toString(),
                workspace.root().resolve(directory).toString()));
        command.addAll(inner);
        return command;
    }
}
