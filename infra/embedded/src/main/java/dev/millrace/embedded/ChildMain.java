package dev.millrace.embedded;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.util.Arrays;

/**
 * Runs a server's own main class and ends with its parent. The parent holds the other end of standard input and never
 * writes: when it goes, in order or by kill -9, the pipe closes and this process exits, by force if the server does not end
 * within ten seconds. Uses nothing but the JDK, since it is the first entry of foreign class paths.
 */
public final class ChildMain {
    private static final long GRACE_MS = 10_000;

    private ChildMain() {}

    public static void main(String[] args) throws Throwable {
        var watch = new Thread(ChildMain::awaitParent, "parent-watch");
        watch.setDaemon(true);
        watch.start();
        try {
            Class.forName(args[0]).getMethod("main", String[].class).invoke(null, (Object)
                    Arrays.copyOfRange(args, 1, args.length));
        } catch (InvocationTargetException e) {
            throw e.getCause() == null ? e : e.getCause();
        }
    }

    private static void awaitParent() {
        try {
            while (System.in.read() >= 0) {
                // Whatever the parent might say has no meaning.
            }
        } catch (IOException e) {
            // As good as the end of the stream.
        }
        var force = new Thread(
                () -> {
                    try {
                        Thread.sleep(GRACE_MS);
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                    Runtime.getRuntime().halt(137);
                },
                "parent-watch-force");
        force.setDaemon(true);
        force.start();
        System.exit(0);
    }
}
