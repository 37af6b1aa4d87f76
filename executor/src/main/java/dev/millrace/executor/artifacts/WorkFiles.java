package dev.millrace.executor.artifacts;

import java.io.IOException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;

/** The files an attempt left in a directory, wherever they are on this machine. */
public interface WorkFiles {
    /** Takes one file after the other. */
    interface Visitor {
        /** @param name relative, with slashes; may hold anything a task can name a file */
        void file(String name, Path file, BasicFileAttributes attributes);

        void unreadable(String name);

        /** Asked all along; nothing more is visited once it is false. */
        boolean wantsMore();
    }

    /** Visits every file and whatever else is no directory, in no particular order. Links are not followed. */
    void visit(Visitor visitor) throws IOException;
}
