package dev.millrace.gateway.api;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.millrace.platform.http.LargeAnswers;
import dev.millrace.platform.problem.HttpProblemException;
import dev.millrace.platform.problem.ProblemKind;
import dev.millrace.schemas.Ids;
import dev.millrace.schemas.blob.Digest;
import dev.millrace.schemas.json.Json;
import io.vertx.core.Future;
import io.vertx.ext.web.RoutingContext;
import org.jspecify.annotations.Nullable;

/** Helpers that the operations share: they read parameters and send JSON with an ETag. */
final class Answers {
    private Answers() {}

    static String jobId(RoutingContext context) {
        String id = String.valueOf(context.pathParam("job"));
        if (!Ids.isJobId(id)) {
            throw new HttpProblemException(ProblemKind.UNKNOWN_JOB, "there is no such job");
        }
        return id;
    }

    static String pool(RoutingContext context) {
        return checkedPool(String.valueOf(context.pathParam("pool")));
    }

    static String checkedPool(String pool) {
        if (!Ids.Form.POOL.matches(pool)) {
            throw new HttpProblemException(
                    ProblemKind.BAD_PARAMETER, "a pool has 1 to 63 lower-case letters, digits and inner '-'");
        }
        return pool;
    }

    static String taskId(RoutingContext context) {
        String id = String.valueOf(context.pathParam("task"));
        if (!Ids.isTaskId(id)) {
            throw new HttpProblemException(ProblemKind.UNKNOWN_TASK, "there is no such task");
        }
        return id;
    }

    static HttpProblemException unknownJob(String id) {
        return new HttpProblemException(ProblemKind.UNKNOWN_JOB, "there is no job " + id);
    }

    static HttpProblemException unknownTask(String id) {
        return new HttpProblemException(ProblemKind.UNKNOWN_TASK, "there is no task " + id);
    }

    static @Nullable String query(RoutingContext context, String name) {
        return context.request().getParam(name);
    }

    /** @throws HttpProblemException with status 400 unless the parameter is absent or a whole number from {@code min} to {@code max} */
    static int number(RoutingContext context, String name, int fallback, int min, int max) {
        String text = query(context, name);
        if (text == null) {
            return fallback;
        }
        try {
            int value = Integer.parseInt(text);
            if (value >= min && value <= max) {
                return value;
            }
        } catch (NumberFormatException e) {
            // Not a number: gets the same error as a number out of range.
        }
        throw new HttpProblemException(
                ProblemKind.BAD_PARAMETER, "'" + name + "' must be a whole number from " + min + " to " + max);
    }

    /** @throws HttpProblemException 400 unless the parameter is absent, true or false */
    static boolean flag(RoutingContext context, String name) {
        String text = query(context, name);
        if (text != null && !text.equals("true") && !text.equals("false")) {
            throw new HttpProblemException(ProblemKind.BAD_PARAMETER, "'" + name + "' is true or false");
        }
        return "true".equals(text);
    }

    /** Returns the number of the attempt that the request asks for, or null if it names none. */
    static @Nullable Integer attempt(RoutingContext context) {
        return query(context, "attempt") == null ? null : number(context, "attempt", 0, 0, Integer.MAX_VALUE);
    }

    static void send(RoutingContext context, Future<?> value) {
        value.onSuccess(it -> send(context, 200, it)).onFailure(context::fail);
    }

    static void send(RoutingContext context, int status, Object value) {
        byte[] json;
        try {
            json = Json.MAPPER.writeValueAsBytes(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("what the API answers is always writable as JSON", e);
        }
        String etag = "\"" + Digest.of(json).hex().substring(0, 32) + "\"";
        if (status == 200 && etag.equals(context.request().getHeader("If-None-Match"))) {
            context.response().setStatusCode(304).putHeader("ETag", etag).end();
            return;
        }
        context.response()
                .setStatusCode(status)
                .putHeader("Content-Type", "application/json")
                .putHeader("ETag", etag);
        LargeAnswers.send(context, json);
    }
}
