package dev.millrace.cli;

import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Where commands write: results to standard output, what they do meanwhile to standard error. Colours only on a terminal and
 * without {@code NO_COLOR}.
 */
public final class Screen {
    private final PrintStream out;
    private final PrintStream err;
    private final boolean terminal;
    private final boolean colours;

    public Screen(PrintStream out, PrintStream err, boolean terminal, @Nullable String noColor) {
        this.out = out;
        this.err = err;
        this.terminal = terminal;
        this.colours = terminal && (noColor == null || noColor.isEmpty());
    }

    @SuppressWarnings("SystemConsoleNull") // Java 17, where no console means no terminal.
    public static Screen system() {
        boolean terminal = System.console() != null && !"dumb".equals(System.getenv("TERM"));
        return new Screen(
                new PrintStream(new java.io.FileOutputStream(java.io.FileDescriptor.out), true, StandardCharsets.UTF_8),
                new PrintStream(new java.io.FileOutputStream(java.io.FileDescriptor.err), true, StandardCharsets.UTF_8),
                terminal,
                System.getenv("NO_COLOR"));
    }

    public boolean isTerminal() {
        return terminal;
    }

    public PrintStream out() {
        return out;
    }

    public PrintStream err() {
        return err;
    }

    public void result(String line) {
        out.println(line);
    }

    public void note(String line) {
        err.println(line);
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
        return colours ? "\u001b[" + code + "m" + text + "\u001b[0m" : text;
    }

    /** Text of unknown origin, made safe for a terminal: control characters other than line ends and tabs are shown. */
    public static String safe(String text) {
        var safe = new StringBuilder(text.length());
        text.codePoints().forEach(point -> {
            if (point == '\n' || point == '\t') {
                safe.appendCodePoint(point);
            } else if (Character.isISOControl(point)) {
                safe.append(String.format("\\x%02x", point));
            } else {
                safe.appendCodePoint(point);
            }
        });
        return safe.toString();
    }
}
