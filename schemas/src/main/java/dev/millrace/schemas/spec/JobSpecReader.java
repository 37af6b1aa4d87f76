package dev.millrace.schemas.spec;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.networknt.schema.InputFormat;
import com.networknt.schema.serialization.JsonNodeReader;
import com.networknt.schema.utils.JsonNodes;
import dev.millrace.schemas.json.Json;
import dev.millrace.schemas.json.JsonShape;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads job specs from YAML or JSON, and reports precisely what is wrong with an invalid spec. Thread-safe. */
public final class JobSpecReader {
    private static final JsonShape SHAPE =
            new JsonShape(SpecLimits.MAX_DEPTH, SpecLimits.MAX_VALUES, SpecLimits.MAX_ITEMS, SpecLimits.MAX_FIELDS);

    private static final int MAX_MESSAGE = 400;

    private final ObjectMapper yaml = YAMLMapper.builder(YAMLFactory.builder()
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .build())
            .build();
    private final JsonNodeReader located = JsonNodeReader.builder()
            .jsonMapper(Json.MAPPER)
            .yamlMapper(yaml)
            .locationAware()
            .build();
    private final SpecSchema schema = new SpecSchema();

    /**
     * Reads a spec from a file.
     *
     * @param file the file name, which reported problems contain; if it ends with {@code .json}, the text is read as JSON, otherwise as
     *     YAML
     * @throws InvalidSpecException with the problems found, at most {@link SpecLimits#MAX_PROBLEMS}
     */
    public JobSpec read(String file, String text) throws InvalidSpecException {
        boolean json = file.endsWith(".json");
        return read(
                file,
                text,
                json ? Json.MAPPER : yaml,
                () -> located.readTree(text, json ? InputFormat.JSON : InputFormat.YAML),
                JobSpecReader::at);
    }

    /**
     * Reads a spec that came as the body of a request. Problems contain JSON pointers but no line numbers, because storing the line of
     * every value would take more memory than the values themselves.
     *
     * @throws InvalidSpecException as {@link #read}
     */
    public JobSpec readBody(String text) throws InvalidSpecException {
        return read(
                "body.json",
                text,
                Json.MAPPER,
                () -> Json.MAPPER.readTree(text),
                (file, document, pointer, message) -> new SpecProblem(file, 0, 0, cut(pointer), cut(message)));
    }

    private interface Parsing {
        @Nullable
        JsonNode parse() throws IOException;
    }

    /** Creates a problem with its location in the document. */
    private interface Locating {
        SpecProblem at(String file, JsonNode document, String pointer, String message);
    }

    private JobSpec read(String file, String text, ObjectMapper format, Parsing parsing, Locating locating)
            throws InvalidSpecException {
        refuseExcess(file, text, format);
        JsonNode document = parse(file, parsing);
        var problems = new ArrayList<SpecProblem>();
        schema.check(
                document,
                SpecLimits.MAX_PROBLEMS,
                (pointer, message) -> problems.add(locating.at(file, document, pointer, message)));
        if (problems.isEmpty()) {
            JobSpec spec = convert(file, document);
            SpecRules.check(spec, (pointer, message) -> {
                if (problems.size() < SpecLimits.MAX_PROBLEMS) {
                    problems.add(locating.at(file, document, pointer, message));
                }
            });
            if (problems.isEmpty()) {
                return spec;
            }
        }
        problems.sort(Comparator.comparingInt(SpecProblem::line).thenComparing(SpecProblem::pointer));
        throw new InvalidSpecException(problems.stream().distinct().toList());
    }

    /** Checks the size of the text and the number of values in it, before the text is parsed into objects. */
    private static void refuseExcess(String file, String text, ObjectMapper format) throws InvalidSpecException {
        if (text.length() > SpecLimits.MAX_SPEC_BYTES) {
            throw single(
                    new SpecProblem(file, 0, 0, "", "the spec is larger than " + SpecLimits.MAX_SPEC_BYTES + " bytes"));
        }
        try (JsonParser parser = format.getFactory().createParser(text)) {
            var excess = SHAPE.excessOf(parser);
            if (excess.isPresent()) {
                var it = excess.get();
                throw single(new SpecProblem(file, it.line(), it.column(), cut(it.pointer()), it.message()));
            }
        } catch (IOException | RuntimeException e) {
            throw InvalidSpecException.unreadable(unreadable(file, e));
        }
    }

    private static JsonNode parse(String file, Parsing parsing) throws InvalidSpecException {
        try {
            JsonNode document = parsing.parse();
            if (document == null || document.isMissingNode() || document.isNull()) {
                throw single(new SpecProblem(file, 1, 1, "", "the spec is empty; a job spec is a mapping"));
            }
            return document;
        } catch (IOException | RuntimeException e) {
            throw InvalidSpecException.unreadable(unreadable(file, e));
        }
    }

    /** Describes a text that cannot be parsed. The location is in the parser's own exception, which the reader may have wrapped. */
    private static SpecProblem unreadable(String file, Exception failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof JacksonException parsing) {
                JsonLocation where = parsing.getLocation();
                String message = String.valueOf(parsing.getOriginalMessage())
                        .lines()
                        .findFirst()
                        .orElse("")
                        .strip();
                return new SpecProblem(
                        file,
                        where == null ? 0 : where.getLineNr(),
                        where == null ? 0 : where.getColumnNr(),
                        "",
                        "cannot be parsed: " + message);
            }
        }
        return new SpecProblem(file, 0, 0, "", "cannot be parsed: " + failure.getMessage());
    }

    private static InvalidSpecException single(SpecProblem problem) {
        return new InvalidSpecException(List.of(problem));
    }

    private static JobSpec convert(String file, JsonNode document) throws InvalidSpecException {
        try {
            return Json.MAPPER.treeToValue(document, JobSpec.class);
        } catch (JacksonException e) {
            throw single(new SpecProblem(file, 0, 0, "", Json.firstLine(e)));
        }
    }

    private static SpecProblem at(String file, JsonNode document, String pointer, String message) {
        JsonLocation where = location(document, pointer);
        return new SpecProblem(
                file,
                where == null ? 0 : where.getLineNr(),
                where == null ? 0 : where.getColumnNr(),
                cut(pointer),
                cut(message));
    }

    /**
     * Returns where the node at {@code pointer} starts. If there is no such node, returns where the nearest existing node around it starts.
     */
    private static @Nullable JsonLocation location(JsonNode document, String pointer) {
        for (JsonPointer at = JsonPointer.compile(pointer); at != null; at = at.head()) {
            JsonNode node = document.at(at);
            if (!node.isMissingNode()) {
                return JsonNodes.tokenLocationOf(node);
            }
        }
        return JsonNodes.tokenLocationOf(document);
    }

    private static String cut(String text) {
        return text.length() > MAX_MESSAGE ? text.substring(0, MAX_MESSAGE) + "…" : text;
    }
}
