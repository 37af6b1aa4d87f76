package dev.millrace.cli;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/**
 * Writes to a terminal and shows control characters as text, so that the terminal does not obey them; see {@link Screen#safe}. The bytes of
 * one character may be split over several writes. For use by one thread.
 */
public final class SafeOutput extends OutputStream {
    private static final int PIECE = 4096;

    /** The most bytes of an incomplete character that one write may leave for the next. */
    private static final int CUT = 3;

    private final PrintStream to;
    private final CharsetDecoder decoder = StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPLACE)
            .onUnmappableCharacter(CodingErrorAction.REPLACE);
    private final ByteBuffer in = ByteBuffer.allocate(PIECE + CUT);
    private final CharBuffer text = CharBuffer.allocate(PIECE + CUT);

    private SafeOutput(PrintStream to) {
        this.to = to;
    }

    /**
     * Returns a stream that writes to {@code to}; closing it leaves {@code to} open. If {@code to} is not a terminal, it gets every byte
     * unchanged.
     */
    public static OutputStream of(Screen screen, PrintStream to) {
        return screen.isTerminal(to) ? new SafeOutput(to) : new Plain(to);
    }

    private static final class Plain extends FilterOutputStream {
        Plain(PrintStream to) {
            super(to);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            out.write(bytes, offset, length);
        }

        @Override
        public void close() throws IOException {
            flush();
        }
    }

    @Override
    public void write(int value) {
        write(new byte[] {(byte) value}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) {
        for (int from = 0; from < length; from += PIECE) {
            in.put(bytes, offset + from, Math.min(PIECE, length - from));
            show(false);
        }
    }

    private void show(boolean last) {
        in.flip();
        decoder.decode(in, text, last);
        in.compact();
        to.print(Screen.safe(text.flip().toString()));
        text.clear();
    }

    @Override
    public void flush() {
        to.flush();
    }

    /** Shows an incomplete last character as a replacement character, and leaves the terminal's stream open. */
    @Override
    public void close() {
        show(true);
        flush();
    }
}
