package dev.millrace.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The streams that commands write to: results go to standard output, progress and notes to standard error. A stream gets colours only if it
 * is a terminal and {@code NO_COLOR} is not set.
 */
public final class Screen {
    private final PrintStream out;
    private final PrintStream err;
    private final boolean outTerminal;
    private final boolean errTerminal;
    private final boolean outColours;
    private final boolean errColours;

    public Screen(
            PrintStream out, PrintStream err, boolean outTerminal, boolean errTerminal, @Nullable String noColor) {
        boolean colours = noColor == null || noColor.isEmpty();
        this.out = out;
        this.err = err;
        this.outTerminal = outTerminal;
        this.errTerminal = errTerminal;
        this.outColours = outTerminal && colours;
        this.errColours = errTerminal && colours;
    }

    /** Returns a screen with the process's own standard output and standard error. */
    public static Screen system() {
        boolean dumb = "dumb".equals(System.getenv("TERM"));
        return new Screen(
                results(new FileOutputStream(FileDescriptor.out)),
                new PrintStream(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8),
                !dumb && isTerminal(1),
                !dumb && isTerminal(2),
                System.getenv("NO_COLOR"));
    }

    /** Returns a stream for results; a failed write throws an {@link OutputException}, which ends the command. */
    public static PrintStream results(OutputStream to) {
        return new PrintStream(new StrictOutput(to), true, StandardCharsets.UTF_8);
    }

    /** Whether the descriptor is a terminal. The JDK can only tell whether both standard input and standard output are terminals. */
    private static boolean isTerminal(int descriptor) {
        try {
            String target = Files.readSymbolicLink(Path.of("/proc/self/fd", Integer.toString(descriptor)))
                    .toString();
            return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty") || target.equals("/dev/console");
        } catch (IOException e) {
            return false;
        }
    }

    /** Whether standard error, where progress is shown, is a terminal. */
    public boolean isTerminal() {
        return errTerminal;
    }

    /** Whether {@code stream}, which is one of {@link #out} and {@link #err}, goes to a terminal. */
    public boolean isTerminal(PrintStream stream) {
        return stream == out ? outTerminal : errTerminal;
    }

    public PrintStream out() {
        return out;
    }

    public PrintStream err() {
        return err;
    }

    public void result(String line) {
        out.println(marked(outColours ? line : plain(line)));
    }

    public void note(String line) {
        err.println(marked(errColours ? line : plain(line)));
    }

    public String good(String text) {
        return paint("32", text);
    }

    public String bad(String text) {
        return paint("31", text);
    }

    public String dim(String text) {
        return paint("2", text);
    }

    private String paint(String code, String text) {
        return "\u001b[" + code + "m" + text + "\u001b[0m";
    }

    private static String plain(String line) {
        return line.replaceAll("\u001b\\[[0-9]*m", "");
    }

    /**
     * Makes text of unknown origin safe for a terminal. Replaces control characters, except line feeds and tabs, by visible escapes. Does
     * the same with line separators and with the marks that change the writing direction, since such marks can make text look like
     * different text.
     */
    public static String safe(String text) {
        var safe = new StringBuilder(text.length());
        text.codePoints().forEach(point -> {
            if (point == '\n' || point == '\t') {
                safe.appendCodePoint(point);
            } else if (Character.isISOControl(point)) {
                safe.append(String.format("\\x%02x", point));
            } else if (isDirection(point) || point == 0x2028 || point == 0x2029) {
                safe.append(String.format("\\u%04x", point));
            } else {
                safe.appendCodePoint(point);
            }
        });
        return safe.toString();
    }

    /**
     * Replaces C1 control characters and direction marks by visible escapes, in case a caller forgot {@link #safe}. Millrace's own lines
     * never contain these characters, and a terminal would obey them. In JSON the escape means the same character.
     */
    private static String marked(String line) {
        if (line.chars().noneMatch(it -> isC1(it) || isDirection(it))) {
            return line;
        }
        var marked = new StringBuilder(line.length());
        line.chars().forEach(it -> {
            if (isC1(it) || isDirection(it)) {
                marked.append(String.format("\\u%04x", it));
            } else {
                marked.append((char) it);
            }
        });
        return marked.toString();
    }

    private static boolean isC1(int point) {
        return point >= 0x80 && point < 0xa0;
    }

    /** Whether the character has the Unicode property {@code Bidi_Control}; the list is complete. */
    private static boolean isDirection(int point) {
        return point == 0x061c
                || point == 0x200e
                || point == 0x200f
                || (point >= 0x202a && point <= 0x202e)
                || (point >= 0x2066 && point <= 0x2069);
    }
}
