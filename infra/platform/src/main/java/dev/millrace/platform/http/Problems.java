package dev.millrace.platform.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.millrace.platform.problem.HttpProblemException;
import dev.millrace.platform.problem.Problem;
import dev.millrace.schemas.json.Json;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.util.List;
import java.util.Locale;

/** Sends problems as answers to requests with and without a route. The size of an answer is bounded, whatever the size of the request. */
final class Problems {
    private static final int MAX_FINDINGS = 20;
    private static final int MAX_CHARS = 500;

    /** How long a client that is still sending has to read the answer before its connection is closed. */
    private static final long LINGER_MS = 2_000;

    private Problems() {}

    static void send(Vertx vertx, HttpServerRequest request, HttpProblemException problem) {
        send(
                vertx,
                request,
                problem.kind().status(),
                problem.kind().wireName(),
                String.valueOf(problem.getMessage()),
                problem.findings());
    }

    /** Returns the kind for a problem without a {@code ProblemKind}: the status in words, in lower case and with hyphens. */
    static String kindOf(int status) {
        return reason(status).toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-");
    }

    static String reason(int status) {
        return HttpResponseStatus.valueOf(status).reasonPhrase();
    }

    static void send(
            Vertx vertx,
            HttpServerRequest request,
            int status,
            String kind,
            String detail,
            List<Problem.Finding> findings) {
        HttpServerResponse response = request.response();
        if (response.ended()) {
            return;
        }
        if (response.headWritten()) {
            // The status has been sent already. Only closing the connection can still tell the client about the
            // failure.
            request.connection().close();
            return;
        }
        var problem = new Problem(
                "https://millrace.dev/problems/" + kind,
                reason(status),
                status,
                cut(detail),
                findings.stream()
                        .limit(MAX_FINDINGS)
                        .map(it -> new Problem.Finding(cut(it.pointer()), cut(it.detail())))
                        .toList(),
                RequestId.of(request));
        // These headers were set for the answer that failed and do not describe the problem.
        response.headers()
                .remove("Content-Length")
                .remove("Content-Range")
                .remove("ETag")
                .remove("Cache-Control");
        if (status == 503 && !response.headers().contains("Retry-After")) {
            response.putHeader("Retry-After", "2");
        }
        response.setStatusCode(status)
                .putHeader("Content-Type", Problem.CONTENT_TYPE)
                .end(json(problem))
                .onComplete(sent -> discardRest(vertx, request));
    }

    private static String cut(String text) {
        String shown = text.length() > MAX_CHARS ? text.substring(0, MAX_CHARS) + "…" : text;
        return shown.replaceAll("\\p{Cntrl}", "?");
    }

    private static Buffer json(Problem problem) {
        try {
            return Buffer.buffer(Json.MAPPER.writeValueAsBytes(problem));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("problems are always writable as JSON", e);
        }
    }

    /** Receives and drops the rest of the request for a while, since a client may read the answer only after it has sent everything. */
    private static void discardRest(Vertx vertx, HttpServerRequest request) {
        if (request.isEnded()) {
            return;
        }
        long timer = vertx.setTimer(LINGER_MS, late -> request.connection().close());
        request.exceptionHandler(gone -> vertx.cancelTimer(timer));
        request.endHandler(end -> vertx.cancelTimer(timer));
        request.handler(chunk -> {});
        request.resume();
    }
}
