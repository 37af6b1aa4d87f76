package dev.millrace.gateway.api;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.gateway.settings.GatewaySettings;
import dev.millrace.gateway.view.ExecutorViews;
import dev.millrace.gateway.view.PoolViews;
import dev.millrace.platform.http.Bodies;
import dev.millrace.platform.problem.HttpProblemException;
import dev.millrace.platform.problem.ProblemKind;
import dev.millrace.schemas.Ids;
import dev.millrace.schemas.event.ExecutorStandingRequested;
import dev.millrace.schemas.event.OwnerQuotaRequested;
import dev.millrace.schemas.event.PoolSettingsRequested;
import dev.millrace.schemas.event.Request;
import dev.millrace.schemas.event.Standing;
import io.vertx.core.Future;
import io.vertx.ext.web.RoutingContext;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Settings of pools, owners and executors. A change is accepted once it is in Kafka; it takes effect, and becomes visible, a moment later.
 */
public final class PoolsApi {
    private static final int MAX_WEIGHT = 1_000;
    private static final int MAX_REASON = 500;
    private static final int MAX_SLOTS = 1_000_000;

    private final GatewaySettings settings;
    private final Publishing publishing;
    private final Bodies bodies;
    private final PoolViews views;
    private final ExecutorViews executors;
    private final SubmissionRate rate;

    public PoolsApi(
            GatewaySettings settings,
            Publishing publishing,
            Bodies bodies,
            PoolViews views,
            ExecutorViews executors,
            SubmissionRate rate) {
        this.settings = settings;
        this.publishing = publishing;
        this.bodies = bodies;
        this.views = views;
        this.executors = executors;
        this.rate = rate;
    }

    void get(RoutingContext context) {
        Answers.send(context, views.pool(Answers.pool(context)));
    }

    void set(RoutingContext context) {
        String pool = Answers.pool(context);
        String by = Owners.of(context, settings.owner());
        rate.takeCommand(context, by);
        publish(context, Set.of("urgentSharePercent", "hedgePercent"), body -> {
            Integer share = percentage(body, "urgentSharePercent");
            Integer hedges = percentage(body, "hedgePercent");
            if (share == null && hedges == null) {
                throw new HttpProblemException(
                        ProblemKind.BAD_VALUE, "nothing to set; accepted: 'urgentSharePercent' and 'hedgePercent'");
            }
            return new PoolSettingsRequested(pool, by, share, hedges);
        });
    }

    void setOwner(RoutingContext context) {
        String pool = Answers.pool(context);
        String owner = Owners.checked(String.valueOf(context.pathParam("owner")));
        String by = Owners.of(context, settings.owner());
        rate.takeCommand(context, by);
        publish(context, Set.of("weight", "maxSlots"), body -> {
            int weight = number(body, "weight", 1, MAX_WEIGHT);
            int maxSlots = number(body, "maxSlots", 0, MAX_SLOTS);
            return new OwnerQuotaRequested(pool, by, owner, weight, maxSlots);
        });
    }

    void executors(RoutingContext context) {
        String named = Answers.query(context, "pool");
        String pool = named == null ? "default" : named;
        Answers.send(context, executors.ofPool(Answers.checkedPool(pool)).map(found -> Map.of("executors", found)));
    }

    void setExecutor(RoutingContext context) {
        String pool = Answers.pool(context);
        String executor = String.valueOf(context.pathParam("executor"));
        String by = Owners.of(context, settings.owner());
        rate.takeCommand(context, by);
        if (!Ids.Form.EXECUTOR.matches(executor)) {
            throw new HttpProblemException(ProblemKind.NOT_FOUND, "no executor can be called that");
        }
        JsonBody.requireJson(context.request());
        accept(context, body -> standing(pool, executor, by, body), this::publishIfKnown);
    }

    private static ExecutorStandingRequested standing(String pool, String executor, String by, byte[] bytes) {
        JsonNode body = JsonBody.small(bytes, Set.of("standing", "reason"));
        Standing standing = standing(body.path("standing").asText());
        JsonNode given = body.path("reason");
        if (!given.isMissingNode() && !given.isTextual()) {
            throw new HttpProblemException(ProblemKind.BAD_VALUE, "'reason' must be text");
        }
        String reason = given.asText("no reason given");
        if (reason.length() > MAX_REASON) {
            throw new HttpProblemException(
                    ProblemKind.BAD_VALUE, "'reason' has more than " + MAX_REASON + " characters");
        }
        return new ExecutorStandingRequested(executor, pool, by, standing, reason);
    }

    /**
     * Publishes the request if the executor exists. The standing of an executor that has left can still be set to active, so that the
     * executor gets work when it comes back.
     */
    private Future<Void> publishIfKnown(ExecutorStandingRequested request) {
        return executors
                .exists(request.pool(), request.executorId())
                .compose(exists -> exists || request.standing() == Standing.ACTIVE
                        ? publishing.publish(request, null)
                        : Future.failedFuture(new HttpProblemException(
                                ProblemKind.NOT_FOUND,
                                "there is no executor '" + request.executorId() + "' in pool '" + request.pool()
                                        + "'")));
    }

    private static Standing standing(String text) {
        return switch (text) {
            case "active" -> Standing.ACTIVE;
            case "draining" -> Standing.DRAINING;
            default -> throw new HttpProblemException(ProblemKind.BAD_VALUE, "'standing' must be active or draining");
        };
    }

    /** Publishes the request that {@code event} makes from the body. The body may have only the fields in {@code known}. */
    private void publish(RoutingContext context, Set<String> known, Function<JsonNode, Request> event) {
        JsonBody.requireJson(context.request());
        accept(
                context,
                body -> event.apply(JsonBody.small(body, known)),
                made -> publishing.publish(made, TraceContext.of(context.request())));
    }

    /** Returns null if the body does not name the field; that setting keeps its value. */
    private static @Nullable Integer percentage(JsonNode body, String field) {
        return body.has(field) ? number(body, field, 0, 100) : null;
    }

    private static int number(JsonNode body, String field, int min, int max) {
        JsonNode value = body.path(field);
        if (!value.isInt() || value.intValue() < min || value.intValue() > max) {
            throw new HttpProblemException(
                    ProblemKind.BAD_VALUE, "'" + field + "' must be a whole number from " + min + " to " + max);
        }
        return value.intValue();
    }

    private <E> void accept(RoutingContext context, Function<byte[], E> parser, Function<E, Future<Void>> publish) {
        bodies.parse(context.request(), JsonBody.SMALL_BYTES, (body, memory) -> parser.apply(body), publish)
                .onSuccess(done -> Answers.send(context, 202, Map.of("accepted", true)))
                .onFailure(context::fail);
    }
}
