package dev.millrace.schemas.event;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.millrace.schemas.json.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/**
 * A line of the results of a suite task's test cases, which a task may have made anything of. Executor and gateway read lines by
 * this alone, so that what the one counts the other writes.
 *
 * @param json the object it is; a missing node for what says nothing
 */
public record CaseLine(Kind kind, JsonNode json) {
    /** The kind of a line. */
    public enum Kind {
        /** The result of a case, whatever else is in it: no failure is passed over for what stands beside it. */
        CASE,

        /** That a unit is done. */
        FINISHED,

        /** The platform's own word that lines of cases are missing from the file, since there were more than are kept. */
        LEFT_OUT,

        /** That the next attempt must run everything: something failed that the cases in this file do not explain. */
        SETTLES_NOTHING,

        /** Nothing, as the line in which its runner died. */
        NOTHING
    }

    private static final CaseLine NOTHING = new CaseLine(Kind.NOTHING, MissingNode.getInstance());
    private static final String FINISHED = "finished";
    private static final String LEFT_OUT = "left-out";
    private static final String SETTLES_NOTHING = "settles-nothing";

    /** Takes any text. */
    public static CaseLine parse(String line) {
        try {
            JsonNode json = Json.MAPPER.readTree(line);
            return json == null || !json.isObject() ? NOTHING : new CaseLine(kind(json), json);
        } catch (IOException e) {
            return NOTHING;
        }
    }

    /** Takes any bytes; what is no UTF-8 among them is replaced. */
    public static CaseLine parse(byte[] line) {
        return parse(new String(line, StandardCharsets.UTF_8));
    }

    /** The stand-in for a line that is too long to be read. */
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

    /** The line that says that {@code unit} is done. */
    public static String finished(String unit, long ms) {
        return Json.MAPPER
                .createObjectNode()
                .put("unit", unit)
                .put("event", FINISHED)
                .put("ms", ms)
                .toString();
    }

    /** The line that says how many lines of cases are missing. */
    public static String leftOut(long lines) {
        return Json.MAPPER
                .createObjectNode()
                .put("event", LEFT_OUT)
                .put("lines", lines)
                .toString();
    }

    /** The line that says that the next attempt must run everything. */
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

    /** Whether it is a case that did not pass. */
    public boolean isFailure() {
        return counts().failed() + counts().errors() > 0;
    }

    /** Whether it is a case that was skipped. */
    public boolean isSkipped() {
        return counts().skipped() > 0;
    }

    /** Empty if it names none. */
    public String unit() {
        return text("unit");
    }

    public String status() {
        return text("status");
    }

    /** How long its case or unit took; never negative. */
    public long ms() {
        return Math.max(0, json.path("ms").asLong());
    }

    /** A field that people or runners read; empty if there is none. */
    public String text(String field) {
        return json.path(field).asText("");
    }

    /** One for a case, none for anything else. */
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
