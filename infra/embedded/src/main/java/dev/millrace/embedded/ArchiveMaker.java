package dev.millrace.embedded;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Makes the missing class archives of the servers and of this process in the background, one after the other. With an archive, the next
 * start is faster.
 */
final class ArchiveMaker implements AutoCloseable {
    /**
     * Delay before the first archive is made. In this time the programs that use the servers can start, and they make the servers load more
     * classes.
     */
    private static final long DELAY_S = 20;

    private static final long END_LIMIT_S = 5;

    private final Thread thread;

    /** @param own file for the archive of this process */
    ArchiveMaker(List<EmbeddedServer> servers, ServerClassPath classPath, Path own) {
        this.thread = new Thread(() -> makeMissing(servers, classPath, own), "class-archives");
        thread.setDaemon(true);
    }

    /** Starts the background work. To be called once, when the servers run. */
    void start() {
        thread.start();
    }

    private static void makeMissing(List<EmbeddedServer> servers, ServerClassPath classPath, Path own) {
        try {
            TimeUnit.SECONDS.sleep(DELAY_S);
            servers.forEach(server -> make(classPath.archive(server.name()), server.pid()));
            make(
                    new ClassArchive(own, System.getProperty("java.class.path")),
                    ProcessHandle.current().pid());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void make(ClassArchive archive, long pid) {
        if (!Thread.currentThread().isInterrupted() && !archive.isCurrent()) {
            ProcessHandle.of(pid).ifPresent(archive::make);
        }
    }

    /** Aborts the archive that is being made, and makes no others. */
    @Override
    public void close() {
        thread.interrupt();
        try {
            thread.join(TimeUnit.SECONDS.toMillis(END_LIMIT_S));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
