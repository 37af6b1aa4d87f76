package dev.millrace.executor.cases;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.schemas.event.CaseCounts;
import dev.millrace.schemas.event.CaseLine;
import dev.millrace.schemas.event.UnitResult;
import dev.millrace.schemas.json.Json;
import dev.millrace.schemas.json.JsonShape;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Finds what an earlier attempt at a suite task has settled, so that the next one runs only what failed. If the runner names the cases of a
 * unit, those that failed run again, and otherwise the whole unit. Settled results are taken over into the next result. The earlier results
 * stay on disk and are read again when they are needed; memory holds the units only.
 */
public final class EarlierCases {
    /** The file that tells the runner which cases of its units to run. Each line has a unit, a tab and the id of a case. */
    public static final String RETRY_FILE = "retry";

    private static final String SKIPPED_NOW = "it failed before and was skipped when it was tried again";
    private static final String FAILED_AGAIN = "what failed was tried alone and failed again";
    /** The number of a parameter at the end of the name of a unit of GoogleTest. */
    private static final Pattern PARAMETER = Pattern.compile("/\\d+$");

    /**
     * A number in the name of a class or function of pytest, and what follows it: libraries for unittest name parameters so. The function
     * {@code function} of pytest_runner.py has the same rule.
     */
    private static final Pattern PYTEST_NUMBER = Pattern.compile("_?\\d+(_.*)?$", Pattern.DOTALL);

    private static final CaseCounts SKIPPED_TO_ERROR = new CaseCounts(0, -1, 0, 1);

    private final Path lines;
    private final Map<String, Unit> units = new LinkedHashMap<>();
    private boolean settlesNothing;
    private boolean failed;

    private static final class Unit {
        long ms;
        long failedMs;
        boolean failed;
        boolean finished;
        boolean whole;

        boolean isSettled() {
            return finished && !whole && !failed;
        }

        /** Whether only some of its cases are to run again. */
        boolean isPartial() {
            return finished && !whole && failed;
        }
    }

    private EarlierCases(Path lines) {
        this.lines = lines;
    }

    /**
     * Reads the results of an earlier attempt. Nothing is settled if some results are missing, because a failure may be among them; if the
     * results do not explain why the attempt failed, because a test that passed may have caused it; or if a case was skipped after another
     * one had failed, because the failure may have been the reason.
     *
     * @param lines the file that {@link CaseReport} wrote; it must not change while this object is used
     * @param planned the units of the task
     * @return nothing if everything is to run again
     */
    public static Optional<EarlierCases> of(Path lines, List<String> planned) throws IOException {
        var earlier = new EarlierCases(lines);
        planned.forEach(name -> earlier.units.put(name, new Unit()));
        earlier.each((line, read, unit) -> earlier.take(read, unit));
        earlier.unsettleParameters();
        List<String> left = earlier.left();
        boolean something = !earlier.settlesNothing
                && !left.isEmpty()
                && (left.size() < planned.size()
                        || earlier.units.values().stream().anyMatch(Unit::isPartial));
        return something ? Optional.of(earlier) : Optional.empty();
    }

    private interface Visitor {
        void line(String line, CaseLine read, Unit unit) throws IOException;
    }

    /** Calls {@code visitor} for every line about a unit of the task. */
    private void each(Visitor visitor) throws IOException {
        try (var in = new CaseLineReader(lines)) {
            for (String line = in.next(); line != null; line = in.next()) {
                CaseLine read = CaseLine.parse(line);
                settlesNothing |= read.kind() == CaseLine.Kind.LEFT_OUT || read.kind() == CaseLine.Kind.SETTLES_NOTHING;
                Unit unit = units.get(read.unit());
                if (unit != null) {
                    visitor.line(line, read, unit);
                }
            }
        }
    }

    private void take(CaseLine line, Unit unit) {
        if (line.isFinished()) {
            unit.finished = true;
            unit.ms = line.ms();
        } else if (line.status().equals("error")) {
            // It did not run by itself: its set-up failed, for example. Nobody can tell what it would have needed.
            settlesNothing = true;
        } else if (line.isFailure()) {
            String id = line.text("id");
            // A case without an id, or with such an id, cannot be passed to the runner, which reads one id from each
            // line.
            unit.whole |= id.isEmpty() || id.chars().anyMatch(Character::isISOControl) || !JsonShape.isUnicode(id);
            unit.failed = true;
            unit.failedMs += line.ms();
            failed = true;
        } else if (line.isSkipped() && failed && !line.isSkipDeclared()) {
            settlesNothing = true;
        }
    }

    /** Has all units run again that are parameters of the same case as a failed one, because a parameter may get another number. */
    private void unsettleParameters() {
        Set<String> failedCases = units.entrySet().stream()
                .filter(it -> it.getValue().failed)
                .map(it -> withoutParameter(it.getKey()))
                .collect(Collectors.toSet());
        units.forEach((name, unit) -> {
            String base = withoutParameter(name);
            unit.whole |= !base.equals(name) && failedCases.contains(base);
        });
    }

    private static String withoutParameter(String unit) {
        if (!unit.contains("::")) {
            return PARAMETER.matcher(unit).replaceFirst("");
        }
        int bracket = unit.indexOf('[', unit.indexOf("::"));
        String[] names = (bracket < 0 ? unit : unit.substring(0, bracket)).split("::");
        for (int i = 1; i < names.length; i++) {
            names[i] = PYTEST_NUMBER.matcher(names[i]).replaceFirst("");
        }
        return String.join("::", names);
    }

    /** Returns the units that have cases to run, in the order of the plan. */
    public List<String> left() {
        return units.entrySet().stream()
                .filter(it -> !it.getValue().isSettled())
                .map(Map.Entry::getKey)
                .toList();
    }

    /**
     * Writes the file that names the cases to run. The runner runs all cases of units that are not in it. Returns whether there was any
     * case to name.
     */
    public boolean write(Path file) throws IOException {
        if (units.values().stream().noneMatch(Unit::isPartial)) {
            return false;
        }
        Path parent = file.getParent();
        if (parent != null) {
            Files.createDirectories(parent);
        }
        try (BufferedWriter out = Files.newBufferedWriter(file, StandardCharsets.UTF_8)) {
            each((line, read, unit) -> {
                if (unit.isPartial() && read.isFailure()) {
                    out.write(read.unit() + "\t" + read.text("id") + "\n");
                }
            });
        }
        return true;
    }

    /**
     * Merges the settled results of the earlier attempt with those of this attempt. A runner that cannot select cases has run some settled
     * cases again; then the newer result counts.
     *
     * @param file the file to write all lines to, which the task cannot reach
     */
    public CaseReport with(CaseReport now, Path file, CaseLimits limits) throws IOException {
        Set<CaseKey> again = now.caseKeys();
        var merged = new Merged();
        each((line, read, unit) -> merged.failedBefore(read));
        Map<String, UnitResult> results = new HashMap<>();
        now.units().forEach(it -> results.put(it.name(), it));
        try (var out = new CaseLineWriter(file, limits)) {
            each((line, read, unit) -> keep(line, read, unit, again, out, merged));
            copy(now, out, merged);
            each((line, read, unit) -> {
                UnitResult result = results.get(read.unit());
                if (read.isFailure() && result != null && result.finished()) {
                    gone(read, again, out, merged);
                }
            });
            List<UnitResult> whole = now.units().stream()
                    .map(it -> whole(it, merged.of(it.name())))
                    .toList();
            for (UnitResult it : whole) {
                if (it.finished()) {
                    out.add(CaseLine.finished(it.name(), it.durationMs()));
                }
            }
            long leftOut = now.leftOut() + out.leftOut();
            out.addLeftOut(leftOut);
            CaseCounts total = now.counts().plus(merged.total);
            // It may need a case that was not run again, which the next attempt then runs.
            Optional<String> nothing = now.settlesNothing()
                    .or(() -> total.failed() + total.errors() > 0 ? Optional.of(FAILED_AGAIN) : Optional.empty());
            out.addSettlesNothing(nothing);
            return new CaseReport(file, total, whole, leftOut, now.uncounted(), nothing);
        }
    }

    /** Counts of the earlier results that were added to the newer ones. */
    private static final class Merged {
        final Map<String, CaseCounts> byUnit = new HashMap<>();
        final Set<CaseKey> gone = new HashSet<>();
        final Set<CaseKey> failedBefore = new HashSet<>();
        CaseCounts total = CaseCounts.NONE;

        void failedBefore(CaseLine line) {
            if (line.isFailure()) {
                CaseKey.of(line).ifPresent(failedBefore::add);
            }
        }

        void add(CaseLine line, CaseCounts one) {
            total = total.plus(one);
            byUnit.merge(line.unit(), one, CaseCounts::plus);
        }

        CaseCounts of(String unit) {
            return byUnit.getOrDefault(unit, CaseCounts.NONE);
        }
    }

    /** Keeps the line of a case that passed or was skipped and did not run again, and the end of a unit that is settled. */
    private static void keep(
            String line, CaseLine read, Unit unit, Set<CaseKey> again, CaseLineWriter out, Merged merged)
            throws IOException {
        Optional<CaseKey> key = CaseKey.of(read);
        boolean taken = unit.isSettled() || unit.isPartial();
        if (key.isPresent()) {
            if (taken && !read.isFailure() && !again.contains(key.get())) {
                out.take(line);
                merged.add(read, read.counts());
            }
        } else if (unit.isSettled() && read.isFinished()) {
            out.add(CaseLine.finished(read.unit(), unit.ms));
        }
    }

    private static void copy(CaseReport now, CaseLineWriter out, Merged merged) throws IOException {
        try (var in = new CaseLineReader(now.file())) {
            for (String line = in.next(); line != null; line = in.next()) {
                CaseLine read = CaseLine.parse(line);
                if (read.isSkipped()
                        && !read.isRun()
                        && merged.failedBefore.contains(CaseKey.of(read).orElseThrow())) {
                    // It may need a case that was not to run again. It did not pass, and no failure is forgotten.
                    out.add(error(read, SKIPPED_NOW));
                    merged.add(read, SKIPPED_TO_ERROR);
                } else if (read.isCase()) {
                    out.take(line);
                } else if (read.isFinished()) {
                    out.add(line);
                }
            }
        }
    }

    /**
     * Keeps a case that failed and should have run again but did not, for example because it no longer exists or was filtered out. In this
     * way no failure is lost. The new line has no id, so that the next attempt runs the whole unit.
     */
    private static void gone(CaseLine before, Set<CaseKey> again, CaseLineWriter out, Merged merged)
            throws IOException {
        CaseKey key = CaseKey.of(before).orElseThrow();
        if (again.contains(key) || !merged.gone.add(key)) {
            return;
        }
        out.add(error(before, "it failed before and did not run when it was tried again"));
        merged.add(before, CaseReport.ERROR);
    }

    private static String error(CaseLine of, String message) {
        ObjectNode line = Json.MAPPER.createObjectNode();
        line.put("unit", of.unit())
                .put("class", of.text("class"))
                .put("case", of.text("case"))
                .put("status", "error")
                .put("ms", 0)
                .put("message", message);
        return line.toString();
    }

    /**
     * Adds the kept results to the result of a unit that ran only in part. The duration is that of the whole unit, because the history
     * of durations must not contain that of a part.
     */
    private UnitResult whole(UnitResult now, CaseCounts kept) {
        Unit before = units.get(now.name());
        long keptMs =
                before != null && before.isPartial() && kept.found() > 0 ? Math.max(0, before.ms - before.failedMs) : 0;
        return new UnitResult(
                now.name(),
                now.durationMs() + keptMs,
                now.finished(),
                now.counts().plus(kept));
    }
}
