package dev.millrace.junit;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * {@code discover OUT INCLUDE ROOT…} writes the test classes below the roots to a file; {@code run CLASS…} runs classes and exits with 0
 * when all cases passed, 1 when some failed; {@code setup CLASS} and {@code teardown CLASS} do that to the scope of a class. Every other end of the process counts as a crash.
 */
public final class Main {
    private static final int USAGE = 2;

    private Main() {}

    public static void main(String[] args) throws IOException {
        if (args.length >= 4 && args[0].equals("discover")) {
            List<Path> roots = new ArrayList<>();
            for (String root : Arrays.asList(args).subList(3, args.length)) {
                roots.add(Path.of(root));
            }
            Discovery.write(roots, args[2], Path.of(args[1]));
        } else if (args.length >= 2 && args[0].equals("run")) {
            String out = System.getenv("MILLRACE_OUT");
            if (out == null) {
                System.err.println("MILLRACE_OUT is not set: the runner is started by an executor");
                System.exit(USAGE);
                return;
            }
            if (System.getProperty("basedir") == null) {
                // Surefire sets this property, and many tests use it to find their files.
                System.setProperty("basedir", System.getProperty("user.dir"));
            }
            Optional<Path> retry =
                    Optional.ofNullable(System.getenv("MILLRACE_RETRY")).map(Path::of);
            boolean passed = Execution.run(
                    Arrays.asList(args).subList(1, args.length), Path.of(out, ".millrace", "cases.jsonl"), retry);
            // Exits explicitly, so that threads which tests left running do not keep the process alive.
            System.exit(passed ? 0 : 1);
        } else if (args.length == 2 && (args[0].equals(ScopeStep.SETUP) || args[0].equals(ScopeStep.TEARDOWN))) {
            System.exit(step(args[0], args[1]));
        } else {
            System.err.println("usage: discover OUT INCLUDE ROOT... | run CLASS... | setup CLASS | teardown CLASS");
            System.exit(USAGE);
        }
    }

    /** Returns the exit code. */
    private static int step(String step, String className) {
        try {
            ScopeStep.run(step, className);
            return 0;
        } catch (Throwable e) {
            // Also an assertion that failed. The process must end, whatever threads were started.
            e.printStackTrace();
            return 1;
        }
    }
}
