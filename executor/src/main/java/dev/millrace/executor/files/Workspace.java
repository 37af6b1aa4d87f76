package dev.millrace.executor.files;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * An attempt's directories on the machine.
 *
 * @param root its working directory; what the task sees is {@code overlay} laid over it if there is one
 * @param logs out of the task's reach, for its output and for what goes wrong before it begins
 */
public record Workspace(Path root, Path home, Path tmp, Path out, Path logs, @Nullable Overlay overlay) {
    /**
     * A tree that many share, and what one attempt changes of it. Changes are kept in {@code upper} in overlayfs's own way.
     *
     * @param lower the shared tree, never written
     * @param scratch of the file system itself
     */
    public record Overlay(Path lower, Path upper, Path scratch) {
        /** Returns the options of its mount. Nobody waits for these files to be on disk: what matters of them is stored before the attempt is reported. */
        public String options() {
            return "lowerdir=" + lower + ",upperdir=" + upper + ",workdir=" + scratch + ",volatile,userxattr";
        }

        /** Whether a path may be written into the options of a mount, which know no way to quote. */
        public static boolean canHold(Path path) {
            return path.toString().matches("[A-Za-z0-9/._@+=-]+");
        }
    }

    /** The file with messages of a sandbox that could not be set up. */
    public Path status() {
        return logs.resolve("status");
    }

    /** The file with messages of the program that connects its network. */
    public Path network() {
        return logs.resolve("network");
    }

    /** The file with the task's environment on its way into the box. */
    public Path environment() {
        return logs.resolve("environment");
    }

    public Workspace with(Overlay over) {
        return new Workspace(root, home, tmp, out, logs, over);
    }
}
