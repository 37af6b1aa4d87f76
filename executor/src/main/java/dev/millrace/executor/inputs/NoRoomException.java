package dev.millrace.executor.inputs;

import java.nio.file.FileSystemException;

/** The disk has too little free space for inputs now. A later try may succeed, and so may another executor. */
final class NoRoomException extends FileSystemException {
    private static final long serialVersionUID = 1;

    NoRoomException(String reason) {
        super(null, null, reason);
    }
}
