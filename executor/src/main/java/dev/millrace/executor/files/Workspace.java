package dev.millrace.executor.files;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * An attempt's directories on the machine.
 *
 * @param root its working directory; if there is an {@code overlay}, it is mounted here for the task
 * @param logs the directory for the task's output and for errors before it starts; a sandboxed task cannot reach it
 */
public record Workspace(Path root, Path home, Path tmp, Path out, Path logs, @Nullable Overlay overlay) {
    /**
     * A tree that many attempts share, and the changes that one attempt makes to it. {@code upper} contains the changes in the format of
     * overlayfs.
     *
     * @param lower the shared tree, never written
     * @param scratch the work directory that overlayfs itself needs
     */
    public record Overlay(Path lower, Path upper, Path scratch) {
        /**
         * Returns the options of the mount. They do not force files to disk, because the files that matter are stored elsewhere before the
         * attempt is reported.
         */
        public String options() {
            return "lowerdir=" + lower + ",upperdir=" + upper + ",workdir=" + scratch + ",volatile,userxattr";
        }

        /** Returns whether a path can be used in mount options, where special characters cannot be quoted. */
        public static boolean canHold(Path path) {
            return path.toString().matches("[A-Za-z0-9/._@+=-]+");
        }
    }

    /** Returns the file for the report of bubblewrap and for messages about a sandbox that could not be set up. */
    public Path status() {
        return logs.resolve("status");
    }

    /** Returns the file for messages of the program that connects the task's network. */
    public Path network() {
        return logs.resolve("network");
    }

    /** Returns the file that passes the task's environment into the sandbox. */
    public Path environment() {
        return logs.resolve("environment");
    }

    public Workspace with(Overlay over) {
        return new Workspace(root, home, tmp, out, logs, over);
    }
}
