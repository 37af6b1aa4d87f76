package dev.millrace.cli;

import java.io.IOException;
import java.io.OutputStream;

/**
 * A stream that reports failed writes to the command that writes. {@link java.io.PrintStream} and {@link java.io.PrintWriter} swallow every
 * {@link IOException}, so a full disk would look like success. They do not swallow an {@link OutputException}, which this stream throws
 * instead.
 */
final class StrictOutput extends OutputStream {
    private final OutputStream to;

    StrictOutput(OutputStream to) {
        this.to = to;
    }

    @Override
    public void write(int value) {
        try {
            to.write(value);
        } catch (IOException e) {
            throw new OutputException(e);
        }
    }

    @Override
    public void write(byte[] bytes, int offset, int length) {
        try {
            to.write(bytes, offset, length);
        } catch (IOException e) {
            throw new OutputException(e);
        }
    }

    @Override
    public void flush() {
        try {
            to.flush();
        } catch (IOException e) {
            throw new OutputException(e);
        }
    }
}
