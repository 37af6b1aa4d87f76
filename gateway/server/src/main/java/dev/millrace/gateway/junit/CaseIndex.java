package dev.millrace.gateway.junit;

import dev.millrace.schemas.event.CaseCounts;
import dev.millrace.schemas.event.CaseLine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import javax.xml.stream.XMLStreamException;
import org.jspecify.annotations.Nullable;

/**
 * Records where in a file the case results of each unit are, so that they can be written unit by unit without being held in memory. Lines
 * of different units may alternate. The size of the index is limited. Results that exceed a limit, because they have too many units or
 * alternate too often, are written as one suite in the order of the file.
 */
final class CaseIndex {
    /** The limits of an index: number of units, number of ranges of lines, and characters of all unit names together. */
    public record Limits(int units, int runs, long nameChars) {
        /** Allows an index of about 40 MB at most. */
        static final Limits DEFAULT = new Limits(100_000, 500_000, 8L << 20);
    }

    /** The lines of one unit, as ranges of the file. The array {@code runs} holds the start and the end of each range in turn. */
    private static final class Unit {
        private static final int FIRST_RUNS = 2;

        CaseCounts counts = CaseCounts.NONE;
        long durationMs;
        long[] runs = new long[FIRST_RUNS];
        int runCount;

        void add(long start, long end) {
            if (2 * runCount == runs.length) {
                runs = Arrays.copyOf(runs, 2 * runs.length);
            }
            runs[2 * runCount] = start;
            runs[2 * runCount + 1] = end;
            runCount++;
        }

        void extend(long end) {
            runs[2 * runCount - 1] = end;
        }
    }

    private final Path file;
    private final long size;
    private final Map<String, Unit> units = new LinkedHashMap<>();
    private CaseCounts all = CaseCounts.NONE;
    private long durationMs;
    private boolean grouped = true;

    private CaseIndex(Path file) throws IOException {
        this.file = file;
        this.size = Files.size(file);
    }

    /** Reads the file once. */
    static CaseIndex of(Path file, Limits limits) throws IOException {
        var index = new CaseIndex(file);
        index.read(limits);
        return index;
    }

    private void read(Limits limits) throws IOException {
        @Nullable Unit last = null;
        int runs = 0;
        long nameChars = 0;
        try (var lines = new CaseLines(file, 0, size)) {
            for (CaseLine line = lines.next(); line != null; line = lines.next()) {
                all = all.plus(line.counts());
                if (line.isFinished()) {
                    durationMs += line.ms();
                }
                if (!grouped || !(line.isCase() || line.isFinished())) {
                    continue;
                }
                String name = line.unit();
                Unit unit = units.get(name);
                if (unit == null) {
                    unit = new Unit();
                    units.put(name, unit);
                    nameChars += name.length();
                }
                if (line.isFinished()) {
                    unit.durationMs = line.ms();
                    continue;
                }
                unit.counts = unit.counts.plus(line.counts());
                if (unit == last) {
                    unit.extend(lines.position());
                } else {
                    unit.add(lines.lineStart(), lines.position());
                    runs++;
                    last = unit;
                }
                if (units.size() > limits.units() || runs > limits.runs() || nameChars > limits.nameChars()) {
                    grouped = false;
                    units.clear();
                }
            }
        }
    }

    /** Returns the counts of all cases that {@link #write} writes. */
    CaseCounts counts() {
        return all;
    }

    /**
     * Writes one suite for each unit. If the results exceed a limit of the index, writes all cases as one suite that is named {@code task}.
     */
    void write(JUnitXml xml, String task) throws IOException, XMLStreamException {
        if (!grouped) {
            xml.beginSuite(task, all, durationMs);
            writeCases(xml, 0, size, null);
            xml.endSuite();
            return;
        }
        for (Map.Entry<String, Unit> entry : units.entrySet()) {
            Unit unit = entry.getValue();
            if (unit.runCount > 0) {
                xml.beginSuite(entry.getKey(), unit.counts, unit.durationMs);
                for (int i = 0; i < unit.runCount; i++) {
                    writeCases(xml, unit.runs[2 * i], unit.runs[2 * i + 1], entry.getKey());
                }
                xml.endSuite();
            }
        }
    }

    private void writeCases(JUnitXml xml, long start, long end, @Nullable String unit)
            throws IOException, XMLStreamException {
        try (var lines = new CaseLines(file, start, end)) {
            for (CaseLine line = lines.next(); line != null; line = lines.next()) {
                if (line.isCase() && (unit == null || line.unit().equals(unit))) {
                    xml.oneCase(line);
                }
            }
        }
    }
}
