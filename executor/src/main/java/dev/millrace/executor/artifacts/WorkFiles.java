package dev.millrace.executor.artifacts;

import java.io.IOException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;

/** The files that an attempt left in a directory, regardless of where on this machine they are stored. */
public interface WorkFiles {
    /** Receives the files one by one. */
    interface Visitor {
        /** @param name relative path with slashes; may contain any characters that a file name can have */
        void file(String name, Path file, BasicFileAttributes attributes);

        void unreadable(String name);

        /** Called repeatedly. The visit ends once it returns false. */
        boolean wantsMore();
    }

    /** Visits everything that is not a directory, in no particular order. Does not follow links. */
    void visit(Visitor visitor) throws IOException;
}
