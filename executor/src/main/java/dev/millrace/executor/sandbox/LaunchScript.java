package dev.millrace.executor.sandbox;

import dev.millrace.executor.files.Workspace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Builds the command lines that start a task. The started process enters its control group and then waits for a line on standard input
 * before it starts the task. If the executor dies before it sends the line, the process ends by itself.
 *
 * @param first the words to put before each command; see {@link IgnoredSignals}
 * @param maxFileBytes limit on a single file
 * @param maxOpenFiles limit on the descriptors of a process; if the executor's own limit is lower, that limit stays
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

    /** $3 is the file with the environment, as options of bubblewrap. */
    private static final String BOX =
            "exec " + Bubblewrap.REPORT_FD + ">\"$1\" " + Bubblewrap.ENVIRONMENT_FD + "<\"$3\" || exit 125; shift; ";

    private static final String START = "shift 2; exec \"$@\"";
    private static final String NO_INPUT = " </dev/null";

    /**
     * $0 is the mount program, $1 its options, $2 the mount point, $3 the status file, $4 the directory to start in; the rest is the
     * command.
     */
    private static final String OVERLAY = "\"$0\" -t overlay overlay -o \"$1\" \"$2\" && cd \"$4\" || " + "{ echo '"
            + Sandbox.BROKEN + "' >>\"$3\"; exit 125; }; shift 4; exec \"$@\"";

    /** Writes the messages of pasta to the file $0, so that they do not appear in the task's standard error. */
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
     * Returns a command line that starts at once, without waiting for a line. The command never controls the caller's terminal, because
     * many kernels would let it insert input there (TIOCSTI). It gets another terminal, which {@code script} connects to the caller's, or
     * no terminal and therefore no job control.
     *
     * @param terminal whether the caller has a terminal
     */
    List<String> open(boolean sandboxed, Workspace workspace, List<String> inner, boolean terminal) throws IOException {
        List<String> command = sandboxed
                ? of(limits() + BOX + START, workspace, List.of(), environment(workspace), inner)
                : of(limits() + START, workspace, List.of(), List.of(), inner);
        if (!terminal || tools.script().isEmpty()) {
            return command;
        }
        // Passed in a file, because the length of a command line argument is limited.
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

    /** Returns whether the shell script that enters a group can use this path. The script splits its list of paths at whitespace. */
    static boolean canEnter(Path entrance) {
        return !entrance.toString().matches("(?s).*\\s.*");
    }

    /** Returns the command line that runs {@code inner} in a network namespace of its own. */
    List<String> networked(Networks networks, Workspace workspace, List<String> inner) {
        String shell = tools.shell().toString();
        var command = new ArrayList<>(
                List.of(shell, "-c", NETWORK, workspace.network().toString()));
        command.addAll(networks.command());
        command.addAll(List.of(shell, "-c", OWN_ERROR, shell));
        command.addAll(inner);
        return command;
    }

    /**
     * Returns the command line that makes namespaces with {@code unshare}, mounts the overlay at the workspace root, and starts {@code
     * inner} in {@code directory} below this root.
     */
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
