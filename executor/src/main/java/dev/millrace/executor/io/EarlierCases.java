package dev.millrace.executor.io;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.schemas.codec.Json;
import dev.millrace.schemas.event.CaseCounts;
import dev.millrace.schemas.event.UnitResult;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What an earlier attempt at a suite task has settled, so that the next one runs only what failed or was not reached: of a unit
 * whose runner names its cases those that failed, of any other the whole. What is settled is taken over into the next result.
 */
public final class EarlierCases {
    /** What the runner reads to know which cases of its units to run: a unit, a tab and the case's id a line. */
    public static final String RETRY_FILE = "retry";

    private final Map<String, Unit> units = new LinkedHashMap<>();

    /** Lines to take over as they are. */
    private final List<String> kept = new ArrayList<>();

    private static final class Unit {
        final List<String> lines = new ArrayList<>();
        final List<String> failedIds = new ArrayList<>();

        /** What failed, by the names of the cases. */
        final Map<String, JsonNode> failed = new LinkedHashMap<>();

        long ms;
        long failedMs;
        boolean finished;
        boolean whole;

        boolean isSettled() {
            return finished && !whole && failedIds.isEmpty();
        }

        /** Whether only some of its cases are to run again. */
        boolean isPartial() {
            return finished && !whole && !failedIds.isEmpty();
        }
    }

    private EarlierCases() {}

    /**
     * @param lines as {@link CaseReport} stores them
     * @param planned the units of the task
     * @return nothing if everything is to run again
     */
    public static Optional<EarlierCases> of(byte[] lines, List<String> planned) throws IOException {
        var earlier = new EarlierCases();
        planned.forEach(name -> earlier.units.put(name, new Unit()));
        try (var in = new BufferedReader(new StringReader(new String(lines, StandardCharsets.UTF_8)))) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                earlier.take(line);
            }
        }
        List<String> left = earlier.left();
        boolean something = !left.isEmpty()
                && (left.size() < planned.size()
                        || earlier.units.values().stream().anyMatch(Unit::isPartial));
        if (!something) {
            return Optional.empty();
        }
        earlier.settle();
        return Optional.of(earlier);
    }

    private void take(String line) {
        JsonNode node = CaseReport.parsed(line);
        Unit unit = units.get(node.path("unit").asText(""));
        if (unit == null) {
            return;
        }
        if (node.path("event").asText("").equals("finished")) {
            unit.finished = true;
            unit.ms = Math.max(0, node.path("ms").asLong());
            unit.whole |= node.path("whole").asBoolean();
        } else if (node.has("case")) {
            String status = node.path("status").asText("");
            if (status.equals("failed") || status.equals("error")) {
                String id = node.path("id").asText("");
                unit.whole |= id.isEmpty() || id.chars().anyMatch(Character::isISOControl);
                unit.failedIds.add(id);
                unit.failed.put(CaseReport.key(node), node);
                unit.failedMs += Math.max(0, node.path("ms").asLong());
            } else {
                unit.lines.add(line);
            }
        }
    }

    private void settle() {
        units.forEach((name, unit) -> {
            if (unit.isSettled() || unit.isPartial()) {
                kept.addAll(unit.lines);
            }
            if (unit.isSettled()) {
                kept.add(finished(name, unit.ms));
            }
        });
    }

    private static String finished(String unit, long ms) {
        return Json.MAPPER
                .createObjectNode()
                .put("unit", unit)
                .put("event", "finished")
                .put("ms", ms)
                .toString();
    }

    private static void write(OutputStream out, String line) throws IOException {
        out.write((line + "\n").getBytes(StandardCharsets.UTF_8));
    }

    /** The units that have something to run, in the order of the plan. */
    public List<String> left() {
        return units.entrySet().stream()
                .filter(it -> !it.getValue().isSettled())
                .map(Map.Entry::getKey)
                .toList();
    }

    /** Tells the runner which cases of which units; units it does not name run whole. Returns whether there is anything to tell. */
    public boolean write(Path file) throws IOException {
        var lines = new ArrayList<String>();
        units.forEach((name, unit) -> {
            if (unit.isPartial()) {
                unit.failedIds.forEach(id -> lines.add(name + "\t" + id));
            }
        });
        if (!lines.isEmpty()) {
            Path parent = file.getParent();
            if (parent != null) {
                Files.createDirectories(parent);
            }
            Files.write(file, lines, StandardCharsets.UTF_8);
        }
        return !lines.isEmpty();
    }

    /**
     * What was taken over and what has now been found out, as one. A runner that cannot choose cases has run some of them again,
     * and then the newer result counts.
     *
     * @param file takes all lines; out of the task's reach
     */
    public CaseReport with(CaseReport now, Path file) throws IOException {
        Set<String> again = now.caseKeys();
        Map<String, CaseCounts> keptOf = new HashMap<>();
        CaseCounts counts = now.counts();
        try (OutputStream out = Files.newOutputStream(file)) {
            for (String line : kept) {
                JsonNode node = CaseReport.parsed(line);
                if (!again.contains(CaseReport.key(node))) {
                    write(out, line);
                    CaseCounts one = node.has("case")
                            ? CaseReport.count(node.path("status").asText(""))
                            : CaseCounts.NONE;
                    counts = counts.plus(one);
                    keptOf.merge(node.path("unit").asText(""), one, CaseCounts::plus);
                }
            }
            if (Files.isRegularFile(now.file(), LinkOption.NOFOLLOW_LINKS)) {
                Files.copy(now.file(), out);
            }
            for (JsonNode gone : gone(now, again)) {
                write(out, "");
                write(out, gone.toString());
                CaseCounts one = CaseReport.count("error");
                counts = counts.plus(one);
                keptOf.merge(gone.path("unit").asText(""), one, CaseCounts::plus);
            }
            List<UnitResult> results = now.units().stream()
                    .map(it -> whole(it, keptOf.getOrDefault(it.name(), CaseCounts.NONE)))
                    .toList();
            for (UnitResult it : results) {
                if (it.finished()) {
                    write(out, finished(it.name(), it.durationMs()));
                }
            }
            return new CaseReport(file, counts, results);
        }
    }

    /**
     * What failed and was to run again and did not, since it is not there any more, or something took it out: no failure is
     * forgotten for that. It names no case, so that the next attempt runs all of its unit.
     */
    private List<JsonNode> gone(CaseReport now, Set<String> again) {
        var gone = new ArrayList<JsonNode>();
        for (UnitResult result : now.units()) {
            Unit before = units.get(result.name());
            if (before != null && before.isPartial() && result.finished()) {
                before.failed.forEach((key, line) -> {
                    if (!again.contains(key)) {
                        gone.add(Json.MAPPER
                                .createObjectNode()
                                .put("unit", result.name())
                                .put("class", line.path("class").asText(""))
                                .put("case", line.path("case").asText(""))
                                .put("status", "error")
                                .put("ms", 0)
                                .put("message", "it failed before and did not run when it was tried again"));
                    }
                });
            }
        }
        return gone;
    }

    /** As long as the whole unit would have taken: history must not learn of a test that only part of it ran. */
    private UnitResult whole(UnitResult now, CaseCounts keptCounts) {
        Unit before = units.get(now.name());
        boolean inPart = before != null && before.isPartial() && keptCounts.found() > 0;
        return before == null || !inPart
                ? now
                : new UnitResult(
                        now.name(),
                        now.durationMs() + Math.max(0, before.ms - before.failedMs),
                        now.finished(),
                        now.counts().plus(keptCounts));
    }
}
