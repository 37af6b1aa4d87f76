package dev.millrace.executor.io;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.millrace.schemas.codec.Json;
import dev.millrace.schemas.event.CaseCounts;
import dev.millrace.schemas.event.UnitResult;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The results of the test cases of a suite task, as its runner wrote them line by line, so that what was finished before a
 * crash is kept. Units the runner did not finish get an error that names the reason.
 *
 * @param file the lines, the added errors included; absent when the task has no units
 */
public record CaseReport(Path file, CaseCounts counts, List<UnitResult> units) {
    private static final int MAX_UNITS = 500;
    private static final String DID_NOT_FINISH = "did not finish";

    /** The file belongs to the task, which may have made anything of it. */
    private static final long MAX_FILE_BYTES = 64L << 20;

    /** The same for every unit, so there is no need for all of it with each of very many. */
    private static final int WHOLE_REASONS = 500;

    private static final int BRIEF_REASON = 40;
    private static final int MAX_LINE_CHARS = 1 << 20;

    /** A unit while its lines are read. */
    private static final class Unit {
        CaseCounts counts = CaseCounts.NONE;
        long durationMs;
        boolean finished;
        boolean closed;
    }

    /**
     * Reads the runner's file, which may be missing or cut off in the middle of a line.
     *
     * @param scratch a file that may be written, out of the task's reach
     * @param planned the units the task was to run
     * @param reason what to say about units that did not finish
     */
    public static CaseReport read(Path file, Path scratch, List<String> planned, String reason) throws IOException {
        Map<String, Unit> units = new LinkedHashMap<>();
        planned.forEach(name -> units.put(name, new Unit()));
        if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
            CaseXml.convert(file, scratch, planned);
        }
        if (isOrdinary(file)) {
            try (BufferedReader in = new BufferedReader(
                    new java.io.InputStreamReader(Files.newInputStream(file), StandardCharsets.UTF_8))) {
                for (String line = readLine(in); line != null; line = readLine(in)) {
                    take(line, units);
                }
            }
        }
        addErrors(file, units, reason);
        CaseCounts total = CaseCounts.NONE;
        var results = new ArrayList<UnitResult>();
        for (Map.Entry<String, Unit> entry : units.entrySet()) {
            Unit unit = entry.getValue();
            total = total.plus(unit.counts);
            if (results.size() < MAX_UNITS) {
                results.add(new UnitResult(entry.getKey(), unit.durationMs, unit.finished, unit.counts));
            }
        }
        return new CaseReport(file, total, List.copyOf(results));
    }

    /** Neither a link nor a pipe nor larger than results can be; anything else counts as no results at all. */
    private static boolean isOrdinary(Path file) throws IOException {
        Path parent = file.getParent();
        return parent != null
                && Files.isDirectory(parent, LinkOption.NOFOLLOW_LINKS)
                && Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)
                && Files.size(file) <= MAX_FILE_BYTES;
    }

    /** The next line, cut at a length no real result has; null at the end. */
    private static @Nullable String readLine(BufferedReader in) throws IOException {
        var line = new StringBuilder();
        int c = in.read();
        if (c < 0) {
            return null;
        }
        for (; c >= 0 && c != '\n'; c = in.read()) {
            if (line.length() < MAX_LINE_CHARS) {
                line.append((char) c);
            }
        }
        return line.toString();
    }

    private static void take(String line, Map<String, Unit> units) {
        JsonNode node = parsed(line);
        String name = node.path("unit").asText("");
        Unit unit = units.get(name);
        if (unit == null) {
            return;
        }
        if (node.path("event").asText("").equals("finished")) {
            unit.finished = true;
            unit.durationMs = Math.max(0, node.path("ms").asLong());
        } else if (node.has("case")) {
            // An error that an earlier attempt at sealing added.
            unit.closed |= node.path("case").asText("").equals(DID_NOT_FINISH);
            unit.counts = unit.counts.plus(count(node.path("status").asText("")));
        }
    }

    /** Nothing for the last line of a runner that was killed while it wrote. */
    static JsonNode parsed(String line) {
        try {
            return Json.MAPPER.readTree(line);
        } catch (IOException e) {
            return MissingNode.getInstance();
        }
    }

    /** The cases in this report that did not pass, by class and name, at most so many. */
    public List<String> failed(int most) throws IOException {
        var failed = new ArrayList<String>();
        if (isOrdinary(file)) {
            try (BufferedReader in = new BufferedReader(
                    new java.io.InputStreamReader(Files.newInputStream(file), StandardCharsets.UTF_8))) {
                for (String line = readLine(in); line != null && failed.size() < most; line = readLine(in)) {
                    JsonNode node = parsed(line);
                    if (node.path("status").asText("").matches("failed|error")) {
                        failed.add(node.path("class").asText(node.path("unit").asText("")) + " "
                                + node.path("case").asText(""));
                    }
                }
            }
        }
        return failed;
    }

    /** Names a case; what is none has the name of no case. */
    static String key(JsonNode node) {
        return node.has("case")
                ? node.path("unit").asText("") + "\0" + node.path("class").asText("") + "\0"
                        + node.path("case").asText("")
                : "";
    }

    /** The names of the cases in this report, as {@link #key} makes them. */
    Set<String> caseKeys() throws IOException {
        Set<String> keys = new HashSet<>();
        if (isOrdinary(file)) {
            try (BufferedReader in = new BufferedReader(
                    new java.io.InputStreamReader(Files.newInputStream(file), StandardCharsets.UTF_8))) {
                for (String line = readLine(in); line != null; line = readLine(in)) {
                    keys.add(key(parsed(line)));
                }
            }
        }
        keys.remove("");
        return keys;
    }

    static CaseCounts count(String status) {
        return switch (status) {
            case "skipped" -> new CaseCounts(1, 1, 0, 0);
            case "failed" -> new CaseCounts(1, 0, 1, 0);
            case "error" -> new CaseCounts(1, 0, 0, 1);
            default -> new CaseCounts(1, 0, 0, 0);
        };
    }

    private static void addErrors(Path file, Map<String, Unit> units, String reason) throws IOException {
        var lines = new ArrayList<String>();
        String whole = "it did not finish: " + reason;
        String brief = whole.substring(0, Math.min(whole.length(), BRIEF_REASON));
        for (Map.Entry<String, Unit> entry : units.entrySet()) {
            if (!entry.getValue().finished && !entry.getValue().closed) {
                entry.getValue().counts = entry.getValue().counts.plus(count("error"));
                lines.add(Json.MAPPER.writeValueAsString(Map.of(
                        "unit",
                        entry.getKey(),
                        "case",
                        DID_NOT_FINISH,
                        "status",
                        "error",
                        "ms",
                        0,
                        "message",
                        lines.size() < WHOLE_REASONS ? whole : brief)));
            }
        }
        if (!lines.isEmpty()) {
            Path parent = file.getParent();
            if (!isOrdinary(file) && parent != null) {
                AttemptFiles.deleteTree(parent);
                Files.createDirectories(parent);
            }
            // A cut-off last line must not swallow the first of ours.
            lines.add(0, "");
            Files.write(file, lines, StandardCharsets.UTF_8, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        }
    }
}
