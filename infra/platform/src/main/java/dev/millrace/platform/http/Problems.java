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

/** Writes problems, for requests with and without a route. The size of an answer does not depend on the request's. */
final class Problems {
    private static final int MAX_FINDINGS = 20;
    private static final int MAX_CHARS = 500;

    /** A client that still sends gets so long to read the answer before its connection is closed. */
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

    /** The kind of a problem that has none of its own: its status in words. */
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
            // The status is out already; cutting the connection is the only honest signal left.
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
        // Whatever was announced of the answer that failed does not hold for this one.
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

    /** A client that still sends reads no answer, so what it sends is dropped for a while. */
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
