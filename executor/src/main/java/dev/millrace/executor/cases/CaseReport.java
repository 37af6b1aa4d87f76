package dev.millrace.executor.cases;

import dev.millrace.schemas.event.CaseCounts;
import dev.millrace.schemas.event.CaseLine;
import dev.millrace.schemas.event.UnitResult;
import dev.millrace.schemas.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The results of the test cases of a suite task. The runner writes them line by line, so that cases that finished before a crash are kept.
 * Units the runner did not finish get an error that names the reason. Lines are read and written one by one, so only the units are held in
 * memory, however many cases there are.
 *
 * @param file the file with the kept lines and the added errors; it also says how many lines were left out
 * @param leftOut how many lines are not in {@code file} because of the limits; cases among them are still counted in {@code counts} if they
 *     were read
 * @param uncounted whether more lines were left out than {@code leftOut} says
 * @param settlesNothing a failure that no failing case explains, if there was one. A test that passed may have caused it, so the next
 *     attempt runs everything. The file contains this reason too
 */
public record CaseReport(
        Path file,
        CaseCounts counts,
        List<UnitResult> units,
        long leftOut,
        boolean uncounted,
        Optional<String> settlesNothing) {
    /** The counts of a case whose result is unknown: one error. */
    static final CaseCounts ERROR = new CaseCounts(1, 0, 0, 1);

    private static final String DID_NOT_FINISH = "did not finish";

    /** How many units get the whole reason. It is the same for all units, so further ones get only its beginning. */
    private static final int WHOLE_REASONS = 500;

    private static final int BRIEF_REASON = 40;

    /** A unit while its lines are read. */
    private static final class Unit {
        CaseCounts counts = CaseCounts.NONE;
        long durationMs;
        boolean finished;
    }

    /**
     * Reads the runner's file, which may be missing or cut off in the middle of a line.
     *
     * @param file the runner's file, which is only read; the task may have put anything in its place
     * @param kept the file to write the kept lines to, which the task cannot reach; a temporary file beside it may be used too
     * @param planned the units the task was to run
     * @param end how the runner ended
     */
    public static CaseReport read(Path file, Path kept, List<String> planned, RunnerEnd end, CaseLimits limits)
            throws IOException {
        Map<String, Unit> units = new LinkedHashMap<>();
        planned.forEach(name -> units.put(name, new Unit()));
        Path lines = file;
        Optional<String> tooMuch = Optional.empty();
        if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
            lines = kept.resolveSibling(kept.getFileName() + ".converted");
            tooMuch = CaseXml.convert(file, lines, planned, limits);
        }
        long leftOut = 0;
        boolean uncounted = false;
        Optional<String> settlesNothing = end.explained() ? Optional.empty() : Optional.of(end.reason());
        try (var out = new CaseLineWriter(kept, limits)) {
            if (isOrdinary(lines)) {
                try (var in = new CaseLineReader(lines, limits.bytes(), limits.lines(planned.size()))) {
                    for (String line = in.next(); line != null; line = in.next()) {
                        CaseLine read = CaseLine.parse(line);
                        if (read.kind() == CaseLine.Kind.SETTLES_NOTHING) {
                            settlesNothing = settlesNothing.or(() -> Optional.of(read.text("message")));
                        }
                        take(line, read, units, out);
                    }
                    leftOut = in.leftOut();
                    uncounted = in.isUncounted();
                    tooMuch = in.isOverLimit() ? Optional.of(limits.exceeded()) : tooMuch;
                }
            }
            if (addErrors(out, units, tooMuch.orElse(end.reason()))) {
                // The exit code may still be the one for failed cases, because it does not say what ended the process.
                settlesNothing = settlesNothing.or(() -> Optional.of("the runner ended before its units had finished"));
            }
            out.addSettlesNothing(settlesNothing);
            leftOut += out.leftOut();
            out.addLeftOut(leftOut);
        } finally {
            if (!lines.equals(file)) {
                Files.deleteIfExists(lines);
            }
        }
        CaseCounts total = CaseCounts.NONE;
        var results = new ArrayList<UnitResult>();
        for (Map.Entry<String, Unit> entry : units.entrySet()) {
            Unit unit = entry.getValue();
            total = total.plus(unit.counts);
            results.add(new UnitResult(entry.getKey(), unit.durationMs, unit.finished, unit.counts));
        }
        return new CaseReport(kept, total, List.copyOf(results), leftOut, uncounted, settlesNothing);
    }

    /** Returns whether this is a regular file that can be read, and neither a link nor a pipe. Anything else counts as no results. */
    private static boolean isOrdinary(Path file) {
        Path parent = file.getParent();
        return parent != null
                && Files.isDirectory(parent, LinkOption.NOFOLLOW_LINKS)
                && Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)
                && Files.isReadable(file);
    }

    private static void take(String line, CaseLine read, Map<String, Unit> units, CaseLineWriter out)
            throws IOException {
        Unit unit = units.get(read.unit());
        if (unit == null) {
            return;
        }
        if (read.isCase()) {
            unit.counts = unit.counts.plus(read.counts());
            out.take(line);
        } else if (read.isFinished()) {
            if (!unit.finished) {
                out.add(line);
            }
            unit.finished = true;
            unit.durationMs = read.ms();
        }
    }

    /** Returns the cases in this report that did not pass, by class and name, at most {@code most} of them. */
    public List<String> failed(int most) throws IOException {
        var failed = new ArrayList<String>();
        try (var in = new CaseLineReader(file)) {
            for (String line = in.next(); line != null && failed.size() < most; line = in.next()) {
                CaseLine read = CaseLine.parse(line);
                if (read.isFailure()) {
                    failed.add(read.json().path("class").asText(read.unit()) + " " + read.text("case"));
                }
            }
        }
        return failed;
    }

    /** Returns the keys of the cases in this report. */
    Set<CaseKey> caseKeys() throws IOException {
        Set<CaseKey> keys = new HashSet<>();
        try (var in = new CaseLineReader(file)) {
            for (String line = in.next(); line != null; line = in.next()) {
                CaseKey.of(CaseLine.parse(line)).ifPresent(keys::add);
            }
        }
        return keys;
    }

    /** Adds an error to each unit that did not finish. Returns whether there was such a unit. */
    private static boolean addErrors(CaseLineWriter out, Map<String, Unit> units, String reason) throws IOException {
        String whole = "it did not finish: " + reason;
        String brief = whole.substring(0, Math.min(whole.length(), BRIEF_REASON));
        int added = 0;
        for (Map.Entry<String, Unit> entry : units.entrySet()) {
            Unit unit = entry.getValue();
            if (!unit.finished) {
                unit.counts = unit.counts.plus(ERROR);
                out.add(Json.MAPPER
                        .createObjectNode()
                        .put("unit", entry.getKey())
                        .put("case", DID_NOT_FINISH)
                        .put("status", "error")
                        .put("ms", 0)
                        .put("message", added++ < WHOLE_REASONS ? whole : brief)
                        .toString());
            }
        }
        return added > 0;
    }
}
