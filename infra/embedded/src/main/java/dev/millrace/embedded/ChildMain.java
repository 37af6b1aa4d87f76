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
 * Runs the main class of a server, and ends the process when its parent process ends. The parent holds the other end of standard input and
 * never writes to it. When the parent ends, normally or by kill -9, the pipe closes and this process exits, by force if the server does not
 * end within ten seconds. Until the process has ended, it holds a lock on the server's data, so that no second server can start on the same
 * data. This class uses only the JDK, since it is put in front of the class paths of other programs.
 */
public final class ChildMain {
    /** The system property that names the file to lock. */
    static final String LOCK = "millrace.lock";

    private static final long GRACE_MS = 10_000;
    private static final int IN_USE = 75;

    /** Never closed: the kernel releases the lock when the process ends. */
    @SuppressWarnings("NullAway.Init") // main sets it before anything else.
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
