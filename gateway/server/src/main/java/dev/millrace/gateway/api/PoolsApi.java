package dev.millrace.gateway.api;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.gateway.GatewaySettings;
import dev.millrace.gateway.view.ExecutorViews;
import dev.millrace.gateway.view.PoolViews;
import dev.millrace.platform.http.HttpProblemException;
import dev.millrace.schemas.Ids;
import dev.millrace.schemas.codec.Json;
import dev.millrace.schemas.event.Event;
import dev.millrace.schemas.event.ExecutorStandingRequested;
import dev.millrace.schemas.event.OwnerQuotaRequested;
import dev.millrace.schemas.event.PoolSettingsRequested;
import dev.millrace.schemas.event.Standing;
import io.vertx.core.buffer.Buffer;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What operators set for pools and owners. Accepted once it is on the log; in force, and visible, a moment later. */
public final class PoolsApi {
    private static final int MAX_WEIGHT = 1_000;
    private static final int MAX_REASON = 500;
    private static final int MAX_SLOTS = 1_000_000;

    private final GatewaySettings settings;
    private final Publishing publishing;
    private final PoolViews views;
    private final ExecutorViews executors;

    public PoolsApi(GatewaySettings settings, Publishing publishing, PoolViews views, ExecutorViews executors) {
        this.settings = settings;
        this.publishing = publishing;
        this.views = views;
        this.executors = executors;
    }

    void get(RoutingContext context) {
        Answers.send(context, views.pool(pool(context)));
    }

    void set(RoutingContext context) {
        String pool = pool(context);
        JsonNode body = body(context, Set.of("urgentSharePercent", "hedgePercent"));
        Integer share = percentage(body, "urgentSharePercent");
        Integer hedges = percentage(body, "hedgePercent");
        if (share == null && hedges == null) {
            throw new HttpProblemException(
                    422, "bad-value", "nothing to set; accepted: 'urgentSharePercent' and 'hedgePercent'");
        }
        publish(context, new PoolSettingsRequested(pool, Owners.of(context, settings.owner()), share, hedges));
    }

    void setOwner(RoutingContext context) {
        String pool = pool(context);
        String owner = Owners.checked(String.valueOf(context.pathParam("owner")));
        JsonNode body = body(context, Set.of("weight", "maxSlots"));
        int weight = number(body, "weight", 1, MAX_WEIGHT);
        int maxSlots = number(body, "maxSlots", 0, MAX_SLOTS);
        publish(context, new OwnerQuotaRequested(pool, Owners.of(context, settings.owner()), owner, weight, maxSlots));
    }

    void executors(RoutingContext context) {
        String named = Answers.query(context, "pool");
        String pool = named == null ? "default" : named;
        Answers.send(context, executors.ofPool(checkedPool(pool)).map(found -> Map.of("executors", found)));
    }

    void setExecutor(RoutingContext context) {
        String pool = pool(context);
        String executor = String.valueOf(context.pathParam("executor"));
        JsonNode body = body(context, Set.of("standing", "reason"));
        Standing standing = standing(body.path("standing").asText());
        String reason = body.path("reason").asText("no reason given");
        if (reason.length() > MAX_REASON) {
            throw new HttpProblemException(422, "bad-value", "'reason' has more than " + MAX_REASON + " characters");
        }
        var request =
                new ExecutorStandingRequested(executor, pool, Owners.of(context, settings.owner()), standing, reason);
        // One that left can still be cleared, so that it gets work when it comes back.
        executors
                .exists(pool, executor)
                .onSuccess(exists -> {
                    if (exists || (standing == Standing.ACTIVE && Ids.Form.EXECUTOR.matches(executor))) {
                        publish(context, request);
                    } else {
                        context.fail(new HttpProblemException(
                                404, "not-found", "there is no executor '" + executor + "' in pool '" + pool + "'"));
                    }
                })
                .onFailure(context::fail);
    }

    private static Standing standing(String text) {
        return switch (text) {
            case "active" -> Standing.ACTIVE;
            case "draining" -> Standing.DRAINING;
            default -> throw new HttpProblemException(422, "bad-value", "'standing' must be active or draining");
        };
    }

    private static String pool(RoutingContext context) {
        return checkedPool(String.valueOf(context.pathParam("pool")));
    }

    private static String checkedPool(String pool) {
        if (!Ids.Form.POOL.matches(pool)) {
            throw new HttpProblemException(
                    400, "bad-parameter", "a pool has 1 to 63 lower-case letters, digits and inner '-'");
        }
        return pool;
    }

    private static JsonNode body(RoutingContext context, Set<String> known) {
        Buffer buffer = context.body().buffer();
        try {
            JsonNode body = buffer == null ? null : Json.MAPPER.readTree(buffer.getBytes());
            if (body == null || !body.isObject()) {
                throw new HttpProblemException(400, "bad-json", "expected a JSON object");
            }
            body.fieldNames().forEachRemaining(field -> {
                if (!known.contains(field)) {
                    throw new HttpProblemException(
                            422, "unknown-field", "'" + field + "' is not known here; accepted: " + known);
                }
            });
            return body;
        } catch (IOException e) {
            throw new HttpProblemException(400, "bad-json", "the body is not JSON");
        }
    }

    /** What is not named keeps its value. */
    private static @Nullable Integer percentage(JsonNode body, String field) {
        return body.has(field) ? number(body, field, 0, 100) : null;
    }

    private static int number(JsonNode body, String field, int min, int max) {
        JsonNode value = body.path(field);
        if (!value.isInt() || value.intValue() < min || value.intValue() > max) {
            throw new HttpProblemException(
                    422, "bad-value", "'" + field + "' must be a whole number from " + min + " to " + max);
        }
        return value.intValue();
    }

    private void publish(RoutingContext context, Event event) {
        publishing
                .publish(event, null)
                .onSuccess(done -> Answers.send(context, 202, Map.of("accepted", true)))
                .onFailure(context::fail);
    }
}
