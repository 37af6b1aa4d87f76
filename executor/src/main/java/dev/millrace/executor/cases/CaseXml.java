package dev.millrace.executor.cases;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.schemas.event.CaseLine;
import dev.millrace.schemas.json.Json;
import dev.millrace.schemas.spec.GtestSuite;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
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
import java.util.TreeSet;
import java.util.regex.Pattern;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;
import org.jspecify.annotations.Nullable;

/**
 * Converts JUnit XML into the lines of {@link CaseReport}, for frameworks that write such files themselves when they end. The files come
 * from a task, so they may contain anything. Therefore the amount that is read, written and held in memory is limited ({@link
 * BoundedXmlReader}), and content that cannot be read is left out.
 */
final class CaseXml {
    /** 1/{@value} of the bytes is reserved for the lines that end a unit. */
    private static final int RESERVED_PART = 16;

    private static final int MAX_FILES = 100;
    private static final int MAX_TEXT = 20_000;
    private static final long MAX_MS = 1L << 40;

    /** Status and result of a case that ctest or GoogleTest was told not to run. */
    private static final Set<String> NEVER_MEANT_TO_RUN = Set.of("notrun/", "notrun/suppressed", "disabled/");

    private final Set<String> units;
    private final BufferedWriter out;
    private final long maxLineBytes;
    private final Map<String, Long> msByUnit = new LinkedHashMap<>();
    private long written;

    private static final String FAILED_OUTSIDE = "something failed that is no test, such as a set-up";
    private static final String SKIPPED = "a test was skipped, perhaps since another one failed";

    /** The digits at the end of the name of a case that GoogleTest made of a parameter, which may stand for another value next time. */
    private static final Pattern PARAMETER = Pattern.compile("/\\d+$");

    /** Whether a case skipped itself. Its set-up may have failed, which old versions of GoogleTest do not report, or a case before it. */
    private boolean skipped;

    private boolean failed;

    /** Whether a case failed that belongs to no unit, such as a set-up. The failure may concern any unit. */
    private boolean failedOutside;

    /** Why a file was not read to its end, if a limit of the reader was exceeded or the task has closed the file. */
    private Optional<String> refused = Optional.empty();

    /** Whether a program that runs only its shard of the tests has reported that the shard is empty. */
    private boolean empty;

    private CaseXml(List<String> units, BufferedWriter out, long maxLineBytes) {
        this.maxLineBytes = maxLineBytes;
        this.units = new HashSet<>(units);
        this.out = out;
    }

    /**
     * Converts the XML files in the directory of {@code absent}, the file that a runner would have written. Writes nothing if there are no
     * XML files.
     *
     * @param lines the file to write, which the task cannot reach
     * @return why not everything was read, if a limit was exceeded or the directory or a file is closed; then no unit counts as finished,
     *     because the missing part may concern any of them
     */
    static Optional<String> convert(Path absent, Path lines, List<String> planned, CaseLimits limits)
            throws IOException {
        Path directory = absent.getParent();
        if (directory == null || !Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
            return Optional.empty();
        }
        if (!Files.isReadable(directory) || !Files.isExecutable(directory)) {
            return Optional.of("its reports cannot be read: the task has closed their directory");
        }
        Reports files = reports(directory, limits.bytes());
        Optional<String> tooMuch = files.whole() ? Optional.empty() : Optional.of(limits.exceeded());
        if (files.taken().isEmpty()) {
            return tooMuch;
        }
        try (BufferedWriter out = Files.newBufferedWriter(lines, StandardCharsets.UTF_8)) {
            var all = new CaseXml(planned, out, limits.bytes() - limits.bytes() / RESERVED_PART);
            boolean whole = all.convert(files.taken()) && files.whole();
            tooMuch = all.isFull() ? Optional.of(limits.exceeded()) : tooMuch;
            if (whole) {
                all.finish();
            }
            return tooMuch.or(() -> all.refused);
        }
    }

    private boolean isFull() {
        return written >= maxLineBytes;
    }

    /** @param whole whether {@code taken} contains all reports */
    private record Reports(List<Path> taken, boolean whole) {}

    /** Returns the reports within the limits, in the order of their names. */
    private static Reports reports(Path directory, long maxBytes) throws IOException {
        var files = new TreeSet<Path>();
        boolean whole = true;
        try (DirectoryStream<Path> found = Files.newDirectoryStream(directory, "*.xml")) {
            for (Path file : found) {
                if (Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
                    files.add(file);
                }
                if (files.size() > MAX_FILES) {
                    files.pollLast();
                    whole = false;
                }
            }
        }
        var taken = new ArrayList<Path>();
        long bytes = 0;
        for (Path file : files) {
            bytes += Files.size(file);
            if (bytes <= maxBytes) {
                taken.add(file);
            } else {
                whole = false;
            }
        }
        return new Reports(taken, whole);
    }

    /** Returns whether everything was read. Stops at the first file that exceeds a limit, because every further file might do so too. */
    private boolean convert(List<Path> files) throws IOException {
        boolean whole = true;
        for (Path file : files) {
            whole &= convert(file);
            if (isFull() || refused.isPresent()) {
                return false;
            }
        }
        return whole;
    }

    /** Returns whether the whole file was read. It may be incomplete because its writer ended too early, or because of a limit. */
    private boolean convert(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            XMLStreamReader xml = BoundedXmlReader.of(in);
            while (xml.hasNext()) {
                if (isFull()) {
                    return false;
                }
                if (xml.next() != XMLStreamConstants.START_ELEMENT) {
                    continue;
                }
                if (xml.getLocalName().equals("testcase")) {
                    testcase(xml);
                } else if (xml.getLocalName().equals("testsuites")) {
                    empty |= attribute(xml, "tests").equals("0");
                }
            }
            return true;
        } catch (BoundedXmlReader.LimitException e) {
            refused = Optional.of("its report " + file.getFileName() + " cannot be read: " + e.getMessage());
            return false;
        } catch (XMLStreamException e) {
            return false;
        } catch (FileSystemException e) {
            // A task may remove the read permission of its own files.
            refused = Optional.of("its report " + file.getFileName() + " cannot be read: " + e);
            return false;
        }
    }

    /** Writes the end of each unit. Called only if everything was read, because a missing part could contain a failure of any unit. */
    private void finish() throws IOException {
        if (empty && msByUnit.isEmpty() && units.size() == 1) {
            units.stream().filter(GtestSuite::isShard).forEach(it -> msByUnit.put(it, 0L));
        }
        // The order of the cases in a report is not the order in which they ran, so any failure may be the reason of a
        // skip.
        if (failedOutside || (skipped && failed)) {
            write(CaseLine.settlesNothing(failedOutside ? FAILED_OUTSIDE : SKIPPED));
        }
        for (Map.Entry<String, Long> unit : msByUnit.entrySet()) {
            if (!isFull()) {
                write(CaseLine.finished(unit.getKey(), unit.getValue()));
            }
        }
    }

    private void write(String line) throws IOException {
        String text = line + "\n";
        written += text.getBytes(StandardCharsets.UTF_8).length;
        out.write(text);
    }

    private void testcase(XMLStreamReader xml) throws XMLStreamException, IOException {
        String name = cut(attribute(xml, "name"));
        String className = cut(attribute(xml, "classname"));
        long ms = milliseconds(attribute(xml, "time"));
        String told = attribute(xml, "status") + "/" + attribute(xml, "result");
        String status = NEVER_MEANT_TO_RUN.contains(told) || told.equals("run/skipped") ? "skipped" : "passed";
        String message = "";
        String text = "";
        while (xml.hasNext()) {
            int event = xml.next();
            if (event == XMLStreamConstants.END_ELEMENT && xml.getLocalName().equals("testcase")) {
                break;
            }
            if (event == XMLStreamConstants.START_ELEMENT) {
                String ending =
                        switch (xml.getLocalName()) {
                            case "failure" -> "failed";
                            case "error" -> "error";
                            case "skipped" -> "skipped";
                            default -> "";
                        };
                boolean failedBefore = status.equals("failed") || status.equals("error");
                if (!ending.isEmpty() && !(ending.equals("skipped") && failedBefore)) {
                    status = ending;
                    message = cut(attribute(xml, "message"));
                    text = text(xml);
                    if (ending.equals("skipped") && told.equals("notrun/") && !isSkipOfCtest(message)) {
                        status = "error";
                    }
                } else if (xml.getLocalName().equals("system-out") && text.isEmpty()) {
                    text = text(xml);
                }
            }
        }
        String unit = unitOf(className, name);
        boolean failing = status.equals("failed") || status.equals("error");
        failed |= failing;
        if (unit == null) {
            failedOutside |= failing;
            return;
        }
        // ctest says the same of a test that skipped itself, but for the message.
        boolean disabled = NEVER_MEANT_TO_RUN.contains(told) && !message.startsWith("SKIP_");
        skipped |= status.equals("skipped") && !disabled;
        msByUnit.merge(unit, ms, Long::sum);
        ObjectNode line = Json.MAPPER.createObjectNode();
        line.put("unit", unit)
                .put("class", className.isEmpty() ? name : className)
                .put("case", name);
        line.put("status", status).put("ms", ms);
        if (disabled) {
            line.put(CaseLine.DECLARED, true);
        }
        // A single case of a GoogleTest shard gets an id, because it can be run alone by its name.
        if (failing
                && GtestSuite.isShard(unit)
                && !unit.equals(name)
                && !PARAMETER.matcher(name).find()) {
            line.put("id", className + "." + name);
        }
        if (!message.isEmpty()) {
            line.put("message", message);
        }
        if (failing) {
            line.put("trace", text);
        }
        write(line.toString());
    }

    /**
     * Returns whether ctest really skipped the test. A test that ctest could not run, for example because its program was never built, is
     * not skipped: ctest counts it as failed.
     */
    private static boolean isSkipOfCtest(String message) {
        return message.isEmpty() || message.startsWith("SKIP_");
    }

    /** Reads the element that was just opened up to its end. Holds only as much text as is kept. */
    private static String text(XMLStreamReader xml) throws XMLStreamException {
        var text = new StringBuilder();
        int depth = 1;
        while (depth > 0 && xml.hasNext()) {
            int event = xml.next();
            if (event == XMLStreamConstants.START_ELEMENT) {
                depth++;
            } else if (event == XMLStreamConstants.END_ELEMENT) {
                depth--;
            } else if (xml.hasText() && text.length() <= MAX_TEXT) {
                text.append(xml.getTextCharacters(), xml.getTextStart(), Math.min(xml.getTextLength(), MAX_TEXT + 1));
            }
        }
        return cut(text.toString());
    }

    /** Returns the unit of a case. A case that was not planned, such as the set-up that another case needs, belongs to no unit. */
    private @Nullable String unitOf(String className, String name) {
        // CTest gives a test's name as the name of its class too.
        List<String> candidates = className.equals(name)
                ? List.of(name, className + "." + name)
                : List.of(className + "." + name, name, className);
        for (String candidate : candidates) {
            if (units.contains(candidate)) {
                return candidate;
            }
        }
        if (units.size() != 1) {
            return null;
        }
        String only = units.iterator().next();
        boolean belongs = GtestSuite.isShard(only) ? !name.isEmpty() : !className.equals(name);
        return belongs ? only : null;
    }

    private static String attribute(XMLStreamReader xml, String name) {
        String value = xml.getAttributeValue(null, name);
        return value == null ? "" : value;
    }

    private static long milliseconds(String seconds) {
        try {
            double ms = Double.parseDouble(seconds.strip()) * 1000;
            // NaN counts as no time too.
            return ms > 0 ? (long) Math.min(ms, MAX_MS) : 0;
        } catch (NumberFormatException e) {
            return 0;
        }
    }

    private static String cut(String text) {
        if (text.length() <= MAX_TEXT) {
            return text;
        }
        // Never cuts between the two halves of a surrogate pair.
        int end = Character.isHighSurrogate(text.charAt(MAX_TEXT - 1)) ? MAX_TEXT - 1 : MAX_TEXT;
        return text.substring(0, end) + "…";
    }
}
