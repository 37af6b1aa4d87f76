package dev.millrace.platform.http;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** Checks that the target of a request can be decoded, so that routes and parameters never have to handle one that cannot. */
final class RequestTarget {
    private RequestTarget() {}

    /** Whether {@code uri} is a path, maybe with a query, whose percent-encoding is well-formed and encodes UTF-8. */
    static boolean isWellFormed(String uri) {
        if (!uri.startsWith("/")) {
            return false;
        }
        byte[] bytes = new byte[uri.length()];
        int length = 0;
        for (int i = 0; i < uri.length(); i++) {
            char c = uri.charAt(i);
            if (c <= ' ' || c >= 0x7f) {
                return false;
            }
            if (c != '%') {
                bytes[length++] = (byte) c;
                continue;
            }
            int high = i + 2 < uri.length() ? Character.digit(uri.charAt(i + 1), 16) : -1;
            int low = high < 0 ? -1 : Character.digit(uri.charAt(i + 2), 16);
            if (low < 0) {
                return false;
            }
            bytes[length++] = (byte) (high << 4 | low);
            i += 2;
        }
        try {
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes, 0, length));
            return true;
        } catch (CharacterCodingException e) {
            return false;
        }
    }
}
