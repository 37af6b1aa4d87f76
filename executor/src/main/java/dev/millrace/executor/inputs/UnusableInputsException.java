package dev.millrace.executor.inputs;

import java.io.IOException;

/** Thrown for inputs that no further try can make usable, because they are unsafe or exceed a limit. */
public final class UnusableInputsException extends IOException {
    private static final long serialVersionUID = 1;

    public UnusableInputsException(String message) {
        super(message);
    }
}
