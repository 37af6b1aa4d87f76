package dev.millrace.platform.http;

import com.datastax.oss.driver.api.core.DriverException;
import com.datastax.oss.driver.api.core.servererrors.QueryValidationException;
import dev.millrace.platform.problem.HttpProblemException;
import dev.millrace.platform.problem.ProblemKind;
import dev.millrace.platform.problem.StoredDamage;
import dev.millrace.platform.work.SaturatedException;
import io.vertx.core.Handler;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.HttpException;
import java.util.List;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Renders every failure of a route as a problem. An unexpected failure is logged with its stack trace; the response omits it. */
final class ProblemHandler implements Handler<RoutingContext> {
    private static final Logger LOG = LoggerFactory.getLogger(ProblemHandler.class);

    @Override
    public void handle(RoutingContext context) {
        Throwable failure = context.failure();
        if (failure instanceof HttpProblemException problem) {
            Problems.send(context.vertx(), context.request(), problem);
        } else if (failure == null || failure instanceof HttpException) {
            int known = failure instanceof HttpException it ? it.getStatusCode() : context.statusCode();
            int status = known < 400 ? 500 : known;
            Problems.send(
                    context.vertx(),
                    context.request(),
                    status,
                    Problems.kindOf(status),
                    detail(context, status),
                    List.of());
        } else if (failure instanceof StoredDamage damage) {
            LOG.atError()
                    .addKeyValue("requestId", RequestId.of(context.request()))
                    .addKeyValue("path", context.request().path())
                    .addKeyValue("cause", failure)
                    .log("stored data is damaged or lost");
            render(context, damage.kind(), "stored data is not intact: " + failure.getMessage());
        } else if (context.response().closed()) {
            // The closed connection is most likely the failure, and no client is left to receive an answer.
            LOG.atDebug()
                    .addKeyValue("requestId", RequestId.of(context.request()))
                    .addKeyValue("path", context.request().path())
                    .addKeyValue("cause", failure)
                    .log("the client is gone");
        } else if (failure instanceof SaturatedException) {
            context.response().putHeader("Retry-After", "1");
            render(context, ProblemKind.SATURATED, failure.getMessage() + "; try again shortly");
        } else if (isUnavailable(failure)) {
            LOG.atWarn()
                    .addKeyValue("requestId", RequestId.of(context.request()))
                    .addKeyValue("path", context.request().path())
                    .addKeyValue("cause", failure)
                    .log("a backend is unavailable");
            render(context, ProblemKind.UNAVAILABLE, "a backend of the platform does not respond; try again shortly");
        } else {
            LOG.atError()
                    .addKeyValue("requestId", RequestId.of(context.request()))
                    .addKeyValue("path", context.request().path())
                    .setCause(failure)
                    .log("request failed");
            render(
                    context,
                    ProblemKind.INTERNAL,
                    "the request failed; search the log for its request id to find the cause");
        }
    }

    private static String detail(RoutingContext context, int status) {
        return switch (status) {
            case 404 -> "there is nothing at " + context.request().path();
            case 405 ->
                context.request().method() + " is not supported at "
                        + context.request().path();
            case 413 -> "the body is too large";
            default -> Problems.reason(status);
        };
    }

    private static boolean isUnavailable(Throwable failure) {
        return failure instanceof TimeoutException
                || failure instanceof org.apache.kafka.common.errors.RetriableException
                || failure instanceof org.apache.kafka.common.errors.TimeoutException
                || (failure instanceof DriverException && !(failure instanceof QueryValidationException))
                || failure instanceof java.io.IOException
                || (failure.getCause() != null && failure.getCause() != failure && isUnavailable(failure.getCause()));
    }

    private static void render(RoutingContext context, ProblemKind kind, String detail) {
        Problems.send(context.vertx(), context.request(), new HttpProblemException(kind, detail));
    }
}
