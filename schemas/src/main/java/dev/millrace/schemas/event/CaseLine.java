package dev.millrace.schemas.event;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.millrace.schemas.json.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/**
 * One line of the test case results of a suite task. The task can write anything into these lines. Executor and gateway both read them with
 * this class only, so that the gateway reports exactly the cases that the executor has counted.
 *
 * @param json the JSON object on the line; a missing node if the line is not a JSON object
 */
public record CaseLine(Kind kind, JsonNode json) {
    /** The kind of a line. */
    public enum Kind {
        /**
         * The result of a case. Every line with a case is of this kind, whatever its other fields are, so that no failure is overlooked.
         */
        CASE,

        /** Says that a unit has finished. */
        FINISHED,

        /** Added by the platform: says that lines of cases are missing in the file because there were more than are kept. */
        LEFT_OUT,

        /** Says that the next attempt must run everything, because something failed that the cases in this file do not explain. */
        SETTLES_NOTHING,

        /** No information, for example an incomplete line of a runner that crashed while writing it. */
        NOTHING
    }

    private static final CaseLine NOTHING = new CaseLine(Kind.NOTHING, MissingNode.getInstance());
    /** The field for {@link #isSkipDeclared}. */
    public static final String DECLARED = "declared";

    private static final String FINISHED = "finished";
    private static final String LEFT_OUT = "left-out";
    private static final String SETTLES_NOTHING = "settles-nothing";

    /** Parses a line, which may be any text. */
    public static CaseLine parse(String line) {
        try {
            JsonNode json = Json.MAPPER.readTree(line);
            return json == null || !json.isObject() ? NOTHING : new CaseLine(kind(json), json);
        } catch (IOException e) {
            return NOTHING;
        }
    }

    /** Parses a line, which may be any bytes; invalid UTF-8 is replaced. */
    public static CaseLine parse(byte[] line) {
        return parse(new String(line, StandardCharsets.UTF_8));
    }

    /** Returns the substitute for a line that is too long to be read. */
    public static CaseLine nothing() {
        return NOTHING;
    }

    private static Kind kind(JsonNode json) {
        if (json.has("case")) {
            return Kind.CASE;
        }
        return switch (json.path("event").asText("")) {
            case FINISHED -> Kind.FINISHED;
            case LEFT_OUT -> Kind.LEFT_OUT;
            case SETTLES_NOTHING -> Kind.SETTLES_NOTHING;
            default -> Kind.NOTHING;
        };
    }

    /** Returns the line that says that {@code unit} has finished. */
    public static String finished(String unit, long ms) {
        return Json.MAPPER
                .createObjectNode()
                .put("unit", unit)
                .put("event", FINISHED)
                .put("ms", ms)
                .toString();
    }

    /** Returns the line that says how many lines of cases are missing. */
    public static String leftOut(long lines) {
        return Json.MAPPER
                .createObjectNode()
                .put("event", LEFT_OUT)
                .put("lines", lines)
                .toString();
    }

    /** Returns the line that says that the next attempt must run everything. */
    public static String settlesNothing(String reason) {
        return Json.MAPPER
                .createObjectNode()
                .put("event", SETTLES_NOTHING)
                .put("message", reason)
                .toString();
    }

    public boolean isCase() {
        return kind == Kind.CASE;
    }

    public boolean isFinished() {
        return kind == Kind.FINISHED;
    }

    /** Returns whether this is a case that failed or had an error; false for a skipped case. */
    public boolean isFailure() {
        return counts().failed() + counts().errors() > 0;
    }

    /**
     * Returns whether a case was skipped, or failed as expected, because the suite declares that. Then no other case can have been the
     * reason.
     */
    public boolean isSkipDeclared() {
        return json.path(DECLARED).asBoolean();
    }

    /** Returns whether a case ran to its end although its status is skipped: it failed as expected, or only a part of it was skipped. */
    public boolean isRun() {
        return json.path("ran").asBoolean();
    }

    /** Returns whether it is a case whose status is skipped. */
    public boolean isSkipped() {
        return counts().skipped() > 0;
    }

    /** Returns the unit that the line names; empty if it names none. */
    public String unit() {
        return text("unit");
    }

    public String status() {
        return text("status");
    }

    /** Returns how long the case or unit took in milliseconds; never negative. */
    public long ms() {
        return Math.max(0, json.path("ms").asLong());
    }

    /** Returns the value of a field as text; empty if there is no such field. */
    public String text(String field) {
        return json.path(field).asText("");
    }

    /** Returns the counts of this single case; {@link CaseCounts#NONE} if the line is not a case. */
    public CaseCounts counts() {
        if (!isCase()) {
            return CaseCounts.NONE;
        }
        return switch (status()) {
            case "skipped" -> new CaseCounts(1, 1, 0, 0);
            case "failed" -> new CaseCounts(1, 0, 1, 0);
            case "error" -> new CaseCounts(1, 0, 0, 1);
            default -> new CaseCounts(1, 0, 0, 0);
        };
    }
}
