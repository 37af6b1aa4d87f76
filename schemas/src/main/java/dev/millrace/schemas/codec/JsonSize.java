package dev.millrace.schemas.codec;

/** How many bytes a text takes in JSON, which is up to six a character. */
public final class JsonSize {
    private static final int ESCAPE = 6;

    private JsonSize() {}

    /** As {@link Json#MAPPER} writes it, with its quotes. */
    public static long of(String text) {
        long bytes = 2;
        for (int i = 0; i < text.length(); i++) {
            bytes += of(text.charAt(i));
        }
        return bytes;
    }

    private static int of(char c) {
        if (c < ' ') {
            boolean isShort = c == '\b' || c == '\t' || c == '\n' || c == '\f' || c == '\r';
            return isShort ? 2 : ESCAPE;
        }
        if (c == '"' || c == '\\') {
            return 2;
        }
        if (c < 0x80) {
            return 1;
        }
        if (c < 0x800) {
            return 2;
        }
        // Each half of a pair is escaped by itself.
        return Character.isSurrogate(c) ? ESCAPE : 3;
    }
}
