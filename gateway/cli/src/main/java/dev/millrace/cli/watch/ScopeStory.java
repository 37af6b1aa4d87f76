package dev.millrace.cli.watch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.cli.Screen;
import dev.millrace.schemas.json.Json;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** Describes a scope, its epochs and what it waits for, in plain sentences. Has no side effects. */
public final class ScopeStory {
    private static final int MOST_EPOCHS = 10;

    private final JsonNode scope;
    private final JsonNode epochs;
    private final JsonNode holder;

    private ScopeStory(JsonNode details) {
        scope = details.path("scope");
        epochs = details.path("epochs");
        holder = details.path("holder");
    }

    /** @param details the scope as the gateway returns it */
    public static List<String> of(JsonNode details) {
        var story = new ScopeStory(details);
        var lines = new ArrayList<String>();
        lines.add("scope " + story.name() + "  " + story.scope.path("state").asText());
        lines.add("  domain " + Screen.safe(story.scope.path("domain").asText()) + ", held for at most "
                + story.scope.path("maxHoldMs").asLong() / 1_000 + " s at a time"
                + (story.scope.hasNonNull("maxParallel")
                        ? "; at most " + story.scope.path("maxParallel").asInt() + " of its tests at a time"
                        : ""));
        lines.add("  set-up " + story.scope.path("setup").asText() + ", tear-down "
                + story.scope.path("teardown").asText() + "; if the tear-down fails: "
                + story.scope.path("onTeardownFailure").asText());
        story.steps()
                .forEach(step ->
                        lines.add("  " + Instant.ofEpochMilli(step.path("atMs").asLong()) + "  "
                                + step.path("data").path("text").asText()));
        String wait = story.waitsFor();
        if (!wait.isEmpty()
                && !List.of("closed", "quarantined")
                        .contains(story.scope.path("state").asText())) {
            lines.add("  " + wait);
        }
        return lines;
    }

    /** Returns what happened to the scope as entries like decisions, the oldest first: each with a time and a text. */
    static List<JsonNode> steps(JsonNode details) {
        return new ScopeStory(details).steps();
    }

    /** Returns what a test of the scope waits for, as far as the scope is the reason; otherwise an empty text. */
    static String waitsFor(JsonNode details) {
        return new ScopeStory(details).waitsFor();
    }

    private String name() {
        return Screen.safe(scope.path("id").asText());
    }

    private String waitsFor() {
        String domain = Screen.safe(scope.path("domain").asText());
        return switch (scope.path("state").asText()) {
            // A scope that is over has a test that waits if its job was retried.
            case "pending", "closed", "quarantined" -> pending(domain);
            case "setting up" ->
                "it waits for scope " + name() + ": its set-up, task "
                        + scope.path("setup").asText() + ", has not ended";
            case "active" ->
                scope.hasNonNull("maxParallel")
                        ? "scope " + name() + " is active, and lets at most "
                                + scope.path("maxParallel").asInt() + " of its tests run at a time"
                        : "";
            case "draining" -> "scope " + name() + " is draining: what runs of it ends, and then it is torn down";
            case "tearing down" ->
                "scope " + name() + " is torn down by task "
                        + scope.path("teardown").asText();
            default -> "";
        };
    }

    private String pending(String domain) {
        if (!holder.isObject()) {
            return "scope " + name() + " waits for its turn at domain " + domain + ", which is free";
        }
        String other = "scope " + Screen.safe(holder.path("scope").asText()) + " of job "
                + holder.path("job").asText();
        return holder.path("state").asText().equals("quarantined")
                ? "it waits for domain " + domain + ", which is in quarantine since "
                        + Instant.ofEpochMilli(holder.path("sinceMs").asLong()) + ": "
                        + Screen.safe(holder.path("reason").asText()) + " (" + other
                        + "); put that right, then run 'millrace scope release " + domain + "'"
                : "it waits for domain " + domain + ": " + other + " is "
                        + holder.path("state").asText();
    }

    private List<JsonNode> steps() {
        var steps = new ArrayList<JsonNode>();
        int newest = Math.min(MOST_EPOCHS, epochs.size());
        for (int i = newest - 1; i >= 0; i--) {
            JsonNode it = epochs.path(i);
            String which = "scope " + name() + ", epoch " + it.path("epoch").asInt();
            step(steps, it, "openedAtMs", which + ": holds its domain, and is set up");
            step(steps, it, "activeAtMs", which + ": its set-up has succeeded");
            step(steps, it, "warnedAtMs", which + ": has nearly held its domain for as long as it may");
            step(
                    steps,
                    it,
                    "drainingAtMs",
                    which + ": starts no more tests, since "
                            + Screen.safe(it.path("drainingReason").asText()));
            step(steps, it, "tearingDownAtMs", which + ": nothing of it runs, and it is torn down");
            step(
                    steps,
                    it,
                    "closedAtMs",
                    which + ": " + Screen.safe(it.path("reason").asText())
                            + (it.path("isolationWaived").asBoolean() ? "; isolation is waived" : ""));
        }
        return steps;
    }

    private static void step(List<JsonNode> steps, JsonNode epoch, String field, String text) {
        if (epoch.hasNonNull(field)) {
            ObjectNode step = Json.MAPPER.createObjectNode();
            step.put("type", "scope")
                    .put("atMs", epoch.path(field).asLong())
                    .putObject("data")
                    .put("text", text);
            steps.add(step);
        }
    }
}
