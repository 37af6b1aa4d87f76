package dev.millrace.dist;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** Sends HTTP requests as raw bytes, for requests that no ordinary client would send. */
final class RawHttp {
    private RawHttp() {}

    /** A response. Its status is 0 if the server closed the connection without sending one. */
    record DecisionResult(int status, String headers, String body) {
        boolean isProblem() {
            return headers.toLowerCase(Locale.ROOT).contains("content-type: application/problem+json");
        }
    }

    /**
     * Sends a request, and reads until the response is complete or the server closes the connection. The head must include the blank line
     * at its end.
     */
    static DecisionResult send(URI server, String head, byte[] body) throws IOException {
        try (var socket = new Socket(server.getHost(), server.getPort())) {
            socket.setSoTimeout(60_000);
            var out = socket.getOutputStream();
            out.write(head.getBytes(StandardCharsets.UTF_8));
            try {
                out.write(body);
            } catch (IOException e) {
                // The server refused the request before the whole body was sent. Its response can still be read.
            }
            return read(socket);
        }
    }

    private static DecisionResult read(Socket socket) throws IOException {
        var bytes = new ByteArrayOutputStream();
        byte[] chunk = new byte[8_192];
        var in = socket.getInputStream();
        while (true) {
            String text = bytes.toString(StandardCharsets.UTF_8);
            int end = text.indexOf("\r\n\r\n");
            if (end > 0 && text.length() - end - 4 >= contentLength(text.substring(0, end))) {
                return answer(text, end);
            }
            int read = in.read(chunk);
            if (read < 0) {
                return end > 0 ? answer(text, end) : new DecisionResult(0, "", "");
            }
            bytes.write(chunk, 0, read);
        }
    }

    private static DecisionResult answer(String text, int end) {
        return new DecisionResult(
                Integer.parseInt(text.substring(9, 12)), text.substring(0, end), text.substring(end + 4));
    }

    private static int contentLength(String head) {
        for (String line : head.toLowerCase(Locale.ROOT).split("\r\n")) {
            if (line.startsWith("content-length:")) {
                return Integer.parseInt(line.substring(15).strip());
            }
        }
        return Integer.MAX_VALUE;
    }
}
