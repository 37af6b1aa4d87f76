package dev.millrace.gateway.junit;

import dev.millrace.schemas.event.CaseCounts;
import dev.millrace.schemas.event.CaseLine;
import dev.millrace.schemas.event.Outcome;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.Locale;
import javax.xml.stream.XMLOutputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamWriter;
import org.jspecify.annotations.Nullable;

/** Writes one JUnit XML document, suite by suite. The memory that it needs does not grow with the number of cases. Not thread-safe. */
public final class JUnitXml {
    /** The counts of the suite whose only case stands for results that were not kept. */
    static final CaseCounts NOT_KEPT = new CaseCounts(1, 0, 0, 1);

    private final XMLStreamWriter xml;

    public JUnitXml(OutputStream out) throws XMLStreamException {
        xml = XMLOutputFactory.newFactory().createXMLStreamWriter(out, "UTF-8");
    }

    public void begin(String name, CaseCounts counts, long durationMs) throws XMLStreamException {
        xml.writeStartDocument("UTF-8", "1.0");
        xml.writeCharacters("\n");
        xml.writeStartElement("testsuites");
        attributes(name, counts, durationMs);
        xml.writeCharacters("\n");
    }

    public void end() throws XMLStreamException {
        xml.writeEndElement();
        xml.writeCharacters("\n");
        xml.writeEndDocument();
        xml.close();
    }

    private void attributes(String name, CaseCounts counts, long durationMs) throws XMLStreamException {
        xml.writeAttribute("name", clean(name));
        xml.writeAttribute("tests", Integer.toString(counts.found()));
        xml.writeAttribute("failures", Integer.toString(counts.failed()));
        xml.writeAttribute("errors", Integer.toString(counts.errors()));
        xml.writeAttribute("skipped", Integer.toString(counts.skipped()));
        xml.writeAttribute("time", seconds(durationMs));
    }

    private static String seconds(long ms) {
        return String.format(Locale.ROOT, "%.3f", ms / 1000.0);
    }

    /**
     * Writes the cases of a suite task as the executor recorded them. Reads them from {@code file} line by line.
     *
     * @return the counts of what was written
     */
    public CaseCounts cases(String task, Path file) throws IOException, XMLStreamException {
        CaseIndex index = CaseIndex.of(file, CaseIndex.Limits.DEFAULT);
        index.write(this, task);
        return index.counts();
    }

    /** Returns the counts that {@link #cases} would return, without writing anything. */
    static CaseCounts countsOf(Path file) throws IOException {
        return CaseIndex.of(file, CaseIndex.Limits.DEFAULT).counts();
    }

    /**
     * Writes a suite with one case in error, which stands for the results of a task that its executor did not keep. Every tool that reads
     * JUnit XML shows such a case. A report in which results are missing, perhaps of failed cases, must not look like the report of a
     * success.
     *
     * @param lines number of lines of results that were not kept
     * @param unwritten the counts of the cases that were not kept, as far as the executor counted them
     */
    void notKept(String task, long lines, CaseCounts unwritten) throws XMLStreamException {
        String message = lines
                + " lines of the results of its test cases were not kept, since there were more than its executor"
                + " keeps (executor.maxCases, executor.maxCaseBytes); of those that were counted " + unwritten.failed()
                + " failed and " + unwritten.errors() + " could not be decided";
        beginSuite(task, NOT_KEPT, 0);
        xml.writeStartElement("testcase");
        xml.writeAttribute("classname", clean(task));
        xml.writeAttribute("name", "results that were not kept");
        xml.writeAttribute("time", seconds(0));
        detail("error", message, "results-not-kept", "");
        xml.writeEndElement();
        endSuite();
    }

    void beginSuite(String name, CaseCounts counts, long durationMs) throws XMLStreamException {
        xml.writeStartElement("testsuite");
        attributes(name, counts, durationMs);
        xml.writeCharacters("\n");
    }

    void endSuite() throws XMLStreamException {
        xml.writeEndElement();
        xml.writeCharacters("\n");
    }

    void oneCase(CaseLine line) throws XMLStreamException {
        String element =
                switch (line.status()) {
                    case "failed" -> "failure";
                    case "error" -> "error";
                    case "skipped" -> "skipped";
                    default -> "";
                };
        xml.writeStartElement("testcase");
        xml.writeAttribute("classname", clean(line.json().path("class").asText(line.unit())));
        xml.writeAttribute("name", clean(line.text("case")));
        xml.writeAttribute("time", seconds(line.ms()));
        if (!element.isEmpty()) {
            detail(element, line.text("message"), line.text("type"), line.text("trace"));
        }
        xml.writeEndElement();
        xml.writeCharacters("\n");
    }

    private void detail(String element, String message, String type, String text) throws XMLStreamException {
        xml.writeStartElement(element);
        if (!message.isEmpty()) {
            xml.writeAttribute("message", clean(message));
        }
        if (!type.isEmpty()) {
            xml.writeAttribute("type", clean(type));
        }
        xml.writeCharacters(clean(text));
        xml.writeEndElement();
    }

    /** Writes a suite with the single case {@code name}, for a task or a unit that has no case results. */
    public void task(String suite, String name, Outcome outcome, @Nullable String reason, long durationMs)
            throws XMLStreamException {
        xml.writeStartElement("testsuite");
        attributes(suite, countOf(outcome), durationMs);
        xml.writeStartElement("testcase");
        xml.writeAttribute("classname", clean(suite));
        xml.writeAttribute("name", clean(name));
        xml.writeAttribute("time", seconds(durationMs));
        switch (outcome.junit()) {
            case FAILURE -> detail("failure", String.valueOf(reason), outcome.wireName(), "");
            case ERROR -> detail("error", String.valueOf(reason), outcome.wireName(), "");
            case SKIPPED -> detail("skipped", String.valueOf(reason), "", "");
            case NONE -> {
                // A case element without a child element means that the case passed.
            }
        }
        xml.writeEndElement();
        xml.writeEndElement();
        xml.writeCharacters("\n");
    }

    /** Returns the counts of a task that is shown as one case. */
    public static CaseCounts countOf(Outcome outcome) {
        return switch (outcome.junit()) {
            case NONE -> new CaseCounts(1, 0, 0, 0);
            case FAILURE -> new CaseCounts(1, 0, 1, 0);
            case ERROR -> new CaseCounts(1, 0, 0, 1);
            case SKIPPED -> new CaseCounts(1, 1, 0, 0);
        };
    }

    /** Replaces the characters that XML 1.0 does not allow, such as most control characters and lone surrogates. */
    static String clean(String text) {
        StringBuilder clean = new StringBuilder(text.length());
        text.codePoints().forEach(point -> {
            boolean allowed = point == '\t'
                    || point == '\n'
                    || point == '\r'
                    || (point >= 0x20 && point <= 0xD7FF)
                    || (point >= 0xE000 && point <= 0xFFFD)
                    || point >= 0x10000;
            clean.appendCodePoint(allowed ? point : 0xFFFD);
        });
        return clean.toString();
    }
}
