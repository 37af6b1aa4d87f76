package dev.millrace.executor.inputs;

import java.nio.file.FileSystemException;

/** The disk has no room for inputs now. Another try may find some, and so may another executor. */
final class NoRoomException extends FileSystemException {
    private static final long serialVersionUID = 1;

    NoRoomException(String reason) {
        super(null, null, reason);
    }
}
