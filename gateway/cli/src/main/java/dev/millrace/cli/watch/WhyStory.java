package dev.millrace.cli.watch;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.cli.Screen;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Describes the decisions about a task in plain sentences. Has no side effects. */
public final class WhyStory {
    private static final double MS_PER_S = 1_000.0;
    private static final double VIRTUAL_PER_S = 1_000_000.0;

    private final JsonNode task;
    private final List<String> lines = new ArrayList<>();
    private long startMs = -1;

    private WhyStory(JsonNode task) {
        this.task = task;
    }

    /**
     * @param task the task as the gateway returns it
     * @param decisions the decisions about the task and about its job, in order
     * @param scope the task's scope as the gateway returns it; null if it has none
     */
    public static List<String> of(JsonNode task, JsonNode decisions, @Nullable JsonNode scope) {
        var story = new WhyStory(task);
        story.lines.add("task " + task.path("id").asText() + "  "
                + Screen.safe(task.path("name").asText()) + "  "
                + task.path("verdict").asText(task.path("state").asText())
                + (task.path("flaky").asBoolean() ? " (flaky)" : ""));
        var all = new ArrayList<JsonNode>();
        decisions.forEach(all::add);
        if (scope != null) {
            all.addAll(ScopeStory.steps(scope));
            all.sort(Comparator.comparingLong(it -> it.path("atMs").asLong()));
        }
        all.forEach(story::tell);
        if (scope != null
                && !task.hasNonNull("role")
                && task.path("state").asText().equals("queued")) {
            String wait = ScopeStory.waitsFor(scope);
            if (!wait.isEmpty()) {
                story.lines.add("  " + wait);
            }
        }
        if (!task.hasNonNull("verdict")) {
            story.lines.add(
                    "  it has no verdict yet: it is " + task.path("state").asText());
        }
        return story.lines;
    }

    private void tell(JsonNode decision) {
        JsonNode data = decision.path("data");
        switch (decision.path("type").asText()) {
            case "dev.millrace.job.started.v1" -> {
                startMs = decision.path("atMs").asLong();
                line(
                        decision,
                        "its job was divided into " + count(data.path("tasks").asInt(), "task")
                                + "; this one was expected to take "
                                + seconds(task.path("estimateMs")) + " ("
                                + task.path("estimateSource").asText() + ")");
                if (task.path("knownFlaky").isObject()) {
                    detail(knownFlaky(task.path("knownFlaky")));
                }
            }
            case "dev.millrace.task.placed.v1" -> placed(decision, data);
            case "dev.millrace.task.started.v1" ->
                line(
                        decision,
                        attempt(data) + " started on " + data.path("executorId").asText() + ", slot "
                                + data.path("slot").asInt());
            case "dev.millrace.task.hedged.v1" -> hedged(decision, data);
            case "dev.millrace.executor.reserved.v1" ->
                line(
                        decision,
                        data.path("executorId").asText() + " was held for it: it needs "
                                + count(data.path("slots").asInt(), "slot") + ", and "
                                + Math.max(0, data.path("slotsFree").asInt()) + " were free");
            case "dev.millrace.task.attempt-dropped.v1" ->
                line(
                        decision,
                        data.path("outcome").asText().equals("superseded")
                                ? attempt(data) + " on "
                                        + data.path("executorId").asText() + " was stopped: "
                                        + Screen.safe(data.path("reason").asText())
                                : ended(data) + "; the other attempt goes on");
            case "dev.millrace.task.retry-scheduled.v1" ->
                line(decision, ended(data) + "; " + budget(data.path("budget").asText()));
            case "dev.millrace.task.reopened.v1" ->
                line(
                        decision,
                        (data.hasNonNull("executorId") ? "its verdict was taken back: " : "")
                                + Screen.safe(data.path("reason").asText()) + "; it runs again, as run "
                                + (data.path("run").asInt() + 1));
            case "dev.millrace.job.cancelling.v1" ->
                line(
                        decision,
                        "its job was cancelled: "
                                + Screen.safe(data.path("reason").asText()));
            case "dev.millrace.task.completed.v1" -> completed(decision, data);
            case "scope" -> line(decision, data.path("text").asText());
            default -> {
                // Other events concern the whole job and are not described.
            }
        }
    }

    private static String ended(JsonNode data) {
        return attempt(data) + " ended as " + data.path("outcome").asText() + " on "
                + data.path("executorId").asText() + ": "
                + Screen.safe(data.path("reason").asText());
    }

    private void placed(JsonNode decision, JsonNode data) {
        JsonNode reason = data.path("reason");
        line(
                decision,
                attempt(data) + " was sent to " + data.path("executorId").asText()
                        + (data.path("slots").asInt(1) > 1
                                ? ", where it takes " + data.path("slots").asInt() + " slots,"
                                : "")
                        + " after "
                        + seconds(data.path("waitedMs")) + " in the queue; waiting in the pool: "
                        + count(data.path("queued").asInt(), "task") + ", this one included");
        if (reason.isObject()) {
            detail("why this task: " + turn(reason));
        }
        var executors = new ArrayList<String>();
        data.path("candidates")
                .forEach(it -> executors.add(Math.max(0, it.path("freeSlots").asInt()) + " on "
                        + it.path("executorId").asText()));
        int free = data.path("slotsFree").asInt();
        detail("why there: " + count(free, "slot") + (free == 1 ? " was" : " were")
                + " free in the pool; this task could use " + String.join(", ", executors));
    }

    private void hedged(JsonNode decision, JsonNode data) {
        line(
                decision,
                "attempt " + data.path("straggler").asInt() + " had run " + seconds(data.path("ranMs"))
                        + "; by its history it should take at most " + seconds(data.path("hedgeAfterMs"))
                        + ". " + sentence(attempt(data)) + " was sent to "
                        + data.path("executorId").asText() + " to run beside it");
        detail("why now: no waiting task could use the slot, and second attempts may hold "
                + count(data.path("hedgeLimit").asInt(), "slot") + " and held "
                + data.path("hedges").asInt());
    }

    private static String turn(JsonNode reason) {
        String owner = reason.path("owner").asText();
        String standing = "owner " + owner + " (weight " + reason.path("weight").asInt() + ") had "
                + reason.path("running").asInt() + " running and "
                + reason.path("waiting").asInt() + " waiting";
        boolean alone = !reason.hasNonNull("runnerUp");
        String others = alone
                ? "; no other owner waited"
                : "; next was " + reason.path("runnerUp").asText() + " with "
                        + share(reason.path("runnerUpVirtualTime").asLong());
        String first = alone
                ? "it was first among the waiting tasks of its owner, which are ordered: retries first, then by"
                        + " priority and job, then the longest expected time first; "
                : "its owner had used the least of the pool, "
                        + share(reason.path("virtualTime").asLong()) + "; ";
        return switch (reason.path("rule").asText()) {
            case "urgent" ->
                "urgent work comes first while it holds at most "
                        + count(reason.path("urgentLimit").asInt(), "slot") + ", and it held "
                        + reason.path("urgentRunning").asInt() + "; " + standing;
            case "oldest" -> "one turn in eight is the owner's oldest job's; " + standing + others;
            default -> first + standing + others;
        };
    }

    private static String share(long virtualTime) {
        return String.format(Locale.ROOT, "%.1f slot seconds for its weight", virtualTime / VIRTUAL_PER_S);
    }

    private static String knownFlaky(JsonNode verdict) {
        return "known to be flaky: it failed and passed in "
                + verdict.path("flakyTasks").asInt() + " of its last "
                + count(verdict.path("tasks").asInt(), "task") + ", "
                + verdict.path("evidence").path(0).asText()
                + " being the latest; so it is reported and cannot fail its job";
    }

    private static String budget(String budget) {
        return switch (budget) {
            case "test" -> "retried on the test budget";
            case "infrastructure" -> "retried on the infrastructure budget";
            default -> "retried without using a budget";
        };
    }

    private void completed(JsonNode decision, JsonNode data) {
        String outcome = data.path("outcome").asText();
        String verdict = data.path("verdict").asText();
        line(
                decision,
                (data.hasNonNull("executorId")
                                ? attempt(data, data.hasNonNull("decidedBy") ? "decidedBy" : "attempts") + " ended as "
                                        + outcome
                                : "it ended as " + outcome)
                        + (outcome.equals("passed")
                                ? ""
                                : ": " + Screen.safe(data.path("reason").asText())));
        String flaky = data.path("flaky").asBoolean() ? ", and flaky: it passed after failing" : "";
        String gating = data.path("gating").asBoolean(true) ? "" : "; it cannot fail its job";
        detail("verdict: " + verdict + flaky + gating);
    }

    private static String sentence(String text) {
        return Character.toUpperCase(text.charAt(0)) + text.substring(1);
    }

    private static String attempt(JsonNode data) {
        return attempt(data, "attempt");
    }

    private static String attempt(JsonNode data, String field) {
        return "attempt " + data.path(field).asInt();
    }

    private void line(JsonNode decision, String text) {
        long atMs = decision.path("atMs").asLong();
        if (startMs < 0) {
            startMs = atMs;
        }
        lines.add(String.format(Locale.ROOT, "%9.3f s  %s", (atMs - startMs) / MS_PER_S, text));
    }

    private void detail(String text) {
        lines.add("             " + text);
    }

    private static String seconds(JsonNode ms) {
        return String.format(Locale.ROOT, "%.3f s", ms.asLong() / MS_PER_S);
    }

    private static String count(int number, String noun) {
        return number + " " + noun + (number == 1 ? "" : "s");
    }
}
