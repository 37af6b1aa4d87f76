package dev.millrace.executor.sandbox;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The command lines under which a task starts. All of them are held at a gate until a line comes on standard input, and end by
 * themselves when their executor dies before.
 *
 * @param maxFileBytes limit on a single file
 */
record Gate(Tools tools, long maxFileBytes) {
    private static final int BLOCK = 512;

    /** $0 is the limit on a file in blocks; what follows it is for the script after this. */
    private static final String LIMITS = "ulimit -c 0; ulimit -f \"$0\"; ";

    private static final String HELD = "IFS= read -r go || exit 125; ";

    /** $1 is the file that takes bubblewrap's report. */
    private static final String REPORT = "exec 3>\"$1\" || exit 125; shift; ";

    private static final String START = "exec \"$@\"";
    private static final String NO_INPUT = " </dev/null";

    /** $0 is the program that mounts, $1 its options, $2 where, $3 the status file, $4 where to start, the rest what. */
    private static final String OVERLAY = "\"$0\" -t overlay overlay -o \"$1\" \"$2\" && cd \"$4\" || " + "{ echo '"
            + Sandbox.BROKEN + "' >>\"$3\"; exit 125; }; shift 4; exec \"$@\"";

    List<String> plain(List<String> inner) {
        return of(LIMITS + HELD + START + NO_INPUT, List.of(), inner);
    }

    List<String> boxed(Path status, List<String> inner) {
        return of(LIMITS + HELD + REPORT + START + NO_INPUT, List.of(status.toString()), inner);
    }

    /** At once and on this terminal. */
    List<String> open(boolean boxed, Path status, List<String> inner) {
        List<String> command = boxed
                ? of(LIMITS + REPORT + START, List.of(status.toString()), inner)
                : of(LIMITS + START, List.of(), inner);
        // A session of its own would have no terminal.
        return command.subList(1, command.size());
    }

    private List<String> of(String script, List<String> arguments, List<String> inner) {
        long blocks = (maxFileBytes + BLOCK - 1) / BLOCK;
        var command = new ArrayList<>(
                List.of(tools.setsid().toString(), tools.shell().toString(), "-c", script, Long.toString(blocks)));
        command.addAll(arguments);
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
