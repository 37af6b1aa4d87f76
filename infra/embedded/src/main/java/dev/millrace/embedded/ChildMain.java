package dev.millrace.embedded;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;

/**
 * Runs a server's own main class and ends with its parent. The parent holds the other end of standard input and never
 * writes: when it goes, in order or by kill -9, the pipe closes and this process exits, by force if the server does not end
 * within ten seconds. Until its very end it holds a lock on its data, so that no second server can start on them. Uses
 * nothing but the JDK, since it is the first entry of foreign class paths.
 */
public final class ChildMain {
    /** The system property that names the file to lock. */
    static final String LOCK = "millrace.lock";

    private static final long GRACE_MS = 10_000;
    private static final int IN_USE = 75;

    /** Never closed: the kernel drops the lock with the process. */
    @SuppressWarnings("NullAway.Init") // Set first of all.
    private static FileChannel held;

    private ChildMain() {}

    public static void main(String[] args) throws Throwable {
        hold(Path.of(System.getProperty(LOCK)));
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

    private static void hold(Path file) throws IOException {
        held = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        if (held.tryLock() == null) {
            System.err.println("another server holds " + file);
            System.exit(IN_USE);
        }
        held.truncate(0);
        held.write(ByteBuffer.wrap(Long.toString(ProcessHandle.current().pid()).getBytes(StandardCharsets.US_ASCII)));
    }

    private static void awaitParent() {
        try {
            while (System.in.read() >= 0) {
                // Input from the parent has no meaning.
            }
        } catch (IOException e) {
            // Counts as the end of the stream.
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
