package dev.millrace.platform.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.millrace.platform.blob.BlobNotFoundException;
import dev.millrace.platform.blob.CorruptBlobException;
import dev.millrace.platform.work.SaturatedException;
import dev.millrace.schemas.codec.Json;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.HttpException;
import java.util.List;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Renders every failure of a route as a problem; what nobody foresaw is logged with its stack and shown without. */
public final class ProblemHandler implements Handler<RoutingContext> {
    private static final Logger LOG = LoggerFactory.getLogger(ProblemHandler.class);

    @Override
    public void handle(RoutingContext context) {
        Throwable failure = context.failure();
        if (failure instanceof HttpProblemException problem) {
            render(context, problem.status(), problem.kind(), String.valueOf(problem.getMessage()), problem.findings());
        } else if (failure == null || failure instanceof HttpException) {
            int known = failure instanceof HttpException it ? it.getStatusCode() : context.statusCode();
            int status = known < 400 ? 500 : known;
            String title = HttpResponseStatus.valueOf(status).reasonPhrase();
            render(
                    context,
                    status,
                    title.toLowerCase(java.util.Locale.ROOT).replace(' ', '-'),
                    detail(context, status),
                    List.of());
        } else if (failure instanceof CorruptBlobException || failure instanceof BlobNotFoundException) {
            LOG.atError()
                    .addKeyValue("path", context.normalizedPath())
                    .addKeyValue("cause", failure)
                    .log("what was stored is damaged or lost");
            String kind = failure instanceof CorruptBlobException ? "corrupt-blob" : "lost-blob";
            render(context, 502, kind, "what was stored is not intact: " + failure.getMessage(), List.of());
        } else if (failure instanceof SaturatedException) {
            render(context, 503, "saturated", failure.getMessage() + "; try again shortly", List.of());
        } else if (isUnavailable(failure)) {
            LOG.atWarn()
                    .addKeyValue("path", context.normalizedPath())
                    .addKeyValue("cause", failure)
                    .log("a backend is unavailable");
            render(context, 503, "unavailable", "a part of the platform does not answer; try again shortly", List.of());
        } else {
            LOG.atError()
                    .addKeyValue("path", context.normalizedPath())
                    .setCause(failure)
                    .log("request failed");
            render(context, 500, "internal", "the request failed; its id finds the cause in the log", List.of());
        }
    }

    private static String detail(RoutingContext context, int status) {
        return switch (status) {
            case 404 -> "there is nothing at " + context.normalizedPath();
            case 405 -> context.request().method() + " is not offered at " + context.normalizedPath();
            case 413 -> "the body is larger than accepted";
            default -> HttpResponseStatus.valueOf(status).reasonPhrase();
        };
    }

    private static boolean isUnavailable(Throwable failure) {
        return failure instanceof TimeoutException
                || failure instanceof org.apache.kafka.common.errors.RetriableException
                || failure instanceof org.apache.kafka.common.errors.TimeoutException
                || failure instanceof com.datastax.oss.driver.api.core.AllNodesFailedException
                || failure instanceof com.datastax.oss.driver.api.core.DriverTimeoutException
                || failure instanceof java.io.IOException
                || (failure.getCause() != null && failure.getCause() != failure && isUnavailable(failure.getCause()));
    }

    private static void render(
            RoutingContext context, int status, String kind, String detail, List<Problem.Finding> findings) {
        HttpServerResponse response = context.response();
        if (response.ended()) {
            return;
        }
        if (response.headWritten()) {
            // The status is out already; cutting the connection is the only honest signal left.
            context.request().connection().close();
            return;
        }
        String requestId = RequestId.of(context);
        var problem = new Problem(
                "https://millrace.dev/problems/" + kind,
                HttpResponseStatus.valueOf(status).reasonPhrase(),
                status,
                detail,
                findings,
                requestId);
        try {
            // Whatever was announced of the answer that failed does not hold for this one.
            response.headers().remove("Content-Length").remove("Content-Range");
            if (status == 503 && !response.headers().contains("Retry-After")) {
                response.putHeader("Retry-After", "2");
            }
            response.setStatusCode(status)
                    .putHeader("Content-Type", Problem.CONTENT_TYPE)
                    .end(Buffer.buffer(Json.MAPPER.writeValueAsBytes(problem)));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("problems are always writable as JSON", e);
        }
    }
}
