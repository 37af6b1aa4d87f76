package dev.millrace.executor.inputs;

import java.io.IOException;

/** Inputs that no other try would make usable: unsafe, or larger than a limit. */
public final class UnusableInputsException extends IOException {
    private static final long serialVersionUID = 1;

    public UnusableInputsException(String message) {
        super(message);
    }
}
