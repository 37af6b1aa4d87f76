package dev.millrace.executor.io;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.schemas.codec.Json;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;
import org.jspecify.annotations.Nullable;

/**
 * Turns the JUnit XML of frameworks that write it themselves, at the end, into the lines of {@link CaseReport}. The files are a
 * task's, so they may be anything: entities are not resolved, sizes are limited, and what cannot be read is left out.
 */
final class CaseXml {
    private static final long MAX_BYTES = 64L << 20;
    private static final int MAX_TEXT = 20_000;

    private final Set<String> units;
    private final Map<String, Long> msByUnit = new LinkedHashMap<>();

    private CaseXml(List<String> units) {
        this.units = new HashSet<>(units);
    }

    /** Writes {@code lines} from the XML files beside it; leaves it absent if there are none. */
    static void convert(Path lines, List<String> planned) throws IOException {
        Path directory = lines.getParent();
        if (directory == null || !Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, "*.xml")) {
            for (Path file : files) {
                if (Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS) && Files.size(file) <= MAX_BYTES) {
                    new CaseXml(planned).convert(file, lines);
                }
            }
        }
    }

    private void convert(Path file, Path lines) throws IOException {
        try (InputStream in = Files.newInputStream(file);
                BufferedWriter out = Files.newBufferedWriter(
                        lines,
                        StandardCharsets.UTF_8,
                        java.nio.file.StandardOpenOption.CREATE,
                        java.nio.file.StandardOpenOption.APPEND)) {
            XMLStreamReader xml = factory().createXMLStreamReader(in);
            while (xml.hasNext()) {
                if (xml.next() == XMLStreamConstants.START_ELEMENT
                        && xml.getLocalName().equals("testcase")) {
                    testcase(xml, out);
                }
            }
            for (Map.Entry<String, Long> unit : msByUnit.entrySet()) {
                ObjectNode line = Json.MAPPER.createObjectNode();
                line.put("unit", unit.getKey()).put("event", "finished").put("ms", unit.getValue());
                out.write(line + "\n");
            }
        } catch (XMLStreamException e) {
            // Cut off by the end of its writer: the cases before count, and their units stay unfinished.
            return;
        }
    }

    private static XMLInputFactory factory() {
        XMLInputFactory factory = XMLInputFactory.newInstance();
        factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
        factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
        return factory;
    }

    private void testcase(XMLStreamReader xml, BufferedWriter out) throws XMLStreamException, IOException {
        String name = attribute(xml, "name");
        String className = attribute(xml, "classname");
        long ms = milliseconds(attribute(xml, "time"));
        String status =
                switch (attribute(xml, "status") + "/" + attribute(xml, "result")) {
                    case "notrun/", "notrun/suppressed", "disabled/", "run/skipped" -> "skipped";
                    default -> "passed";
                };
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
                if (!ending.isEmpty()) {
                    status = ending;
                    message = cut(attribute(xml, "message"));
                    text = cut(xml.getElementText());
                } else if (xml.getLocalName().equals("system-out") && text.isEmpty()) {
                    text = cut(xml.getElementText());
                }
            }
        }
        String unit = unitOf(className, name);
        if (unit == null) {
            return;
        }
        msByUnit.merge(unit, ms, Long::sum);
        ObjectNode line = Json.MAPPER.createObjectNode();
        line.put("unit", unit)
                .put("class", className.isEmpty() ? name : className)
                .put("case", name);
        line.put("status", status).put("ms", ms);
        if (!message.isEmpty()) {
            line.put("message", message);
        }
        if (status.equals("failed") || status.equals("error")) {
            line.put("trace", text);
        }
        out.write(line + "\n");
    }

    /** A case that nobody asked for, such as the set-up another case needs, belongs to no unit. */
    private @Nullable String unitOf(String className, String name) {
        for (String candidate : List.of(className + "." + name, name, className)) {
            if (units.contains(candidate)) {
                return candidate;
            }
        }
        return units.size() == 1 && !className.equals(name) ? units.iterator().next() : null;
    }

    private static String attribute(XMLStreamReader xml, String name) {
        String value = xml.getAttributeValue(null, name);
        return value == null ? "" : value;
    }

    private static long milliseconds(String seconds) {
        try {
            return new BigDecimal(seconds.strip()).movePointRight(3).longValue();
        } catch (NumberFormatException e) {
            return 0;
        }
    }

    private static String cut(String text) {
        return text.length() <= MAX_TEXT ? text : text.substring(0, MAX_TEXT) + "…";
    }
}
