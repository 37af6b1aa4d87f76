package dev.millrace.schemas.spec;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.networknt.schema.InputFormat;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.PathType;
import com.networknt.schema.SchemaValidatorsConfig;
import com.networknt.schema.SpecVersion;
import com.networknt.schema.ValidationMessage;
import com.networknt.schema.serialization.JsonNodeReader;
import com.networknt.schema.utils.JsonNodes;
import dev.millrace.schemas.codec.Json;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Reads job specs, YAML or JSON, and says precisely what is wrong with a bad one. Thread-safe. */
public final class JobSpecReader {
    public static final String SCHEMA_RESOURCE = "/dev/millrace/schemas/job-v1.schema.json";

    private final JsonNodeReader reader = JsonNodeReader.builder()
            .jsonMapper(Json.MAPPER)
            .yamlMapper(YAMLMapper.builder(YAMLFactory.builder()
                            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                            .build())
                    .build())
            .locationAware()
            .build();
    private final JsonSchema schema;

    public JobSpecReader() {
        var config = SchemaValidatorsConfig.builder()
                .pathType(PathType.JSON_POINTER)
                .locale(Locale.ROOT)
                .build();
        try (InputStream resource = JobSpecReader.class.getResourceAsStream(SCHEMA_RESOURCE)) {
            if (resource == null) {
                throw new IllegalStateException("the schema of the job spec is missing from the build");
            }
            schema = JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012)
                    .getSchema(Json.MAPPER.readTree(resource), config);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Reads a spec.
     *
     * @param file the name to report problems under; one that ends with {@code .json} is read as JSON
     * @throws InvalidSpecException with every problem found
     */
    public JobSpec read(String file, String text) throws InvalidSpecException {
        JsonNode document = parse(file, text);
        var problems = new ArrayList<SpecProblem>();
        for (ValidationMessage message : schema.validate(document)) {
            problems.add(problem(file, document, message));
        }
        if (problems.isEmpty()) {
            JobSpec spec = convert(file, document);
            SpecRules.check(spec, (pointer, message) -> problems.add(at(file, document, pointer, message)));
            if (problems.isEmpty()) {
                return spec;
            }
        }
        problems.sort(Comparator.comparingInt(SpecProblem::line).thenComparing(SpecProblem::pointer));
        throw new InvalidSpecException(
                problems.stream().distinct().limit(SpecLimits.MAX_PROBLEMS).toList());
    }

    private JsonNode parse(String file, String text) throws InvalidSpecException {
        if (text.length() > SpecLimits.MAX_SPEC_BYTES) {
            throw single(
                    new SpecProblem(file, 0, 0, "", "the spec is larger than " + SpecLimits.MAX_SPEC_BYTES + " bytes"));
        }
        try {
            JsonNode document = reader.readTree(text, file.endsWith(".json") ? InputFormat.JSON : InputFormat.YAML);
            if (document == null || document.isMissingNode() || document.isNull()) {
                throw single(new SpecProblem(file, 1, 1, "", "the spec is empty; a job spec is a mapping"));
            }
            return document;
        } catch (IOException | RuntimeException e) {
            throw single(unreadable(file, e));
        }
    }

    /** The reader wraps the parser's own exception, which knows the place. */
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
            throw single(new SpecProblem(file, 0, 0, "", e.getOriginalMessage()));
        }
    }

    private SpecProblem problem(String file, JsonNode document, ValidationMessage message) {
        String pointer = message.getInstanceLocation().toString();
        return at(file, document, pointer, describe(message));
    }

    private static SpecProblem at(String file, JsonNode document, String pointer, String message) {
        JsonLocation where = location(document, pointer);
        return new SpecProblem(
                file, where == null ? 0 : where.getLineNr(), where == null ? 0 : where.getColumnNr(), pointer, message);
    }

    /** Where the node at {@code pointer} starts, or the nearest node around it that exists. */
    private static @Nullable JsonLocation location(JsonNode document, String pointer) {
        for (JsonPointer at = JsonPointer.compile(pointer); at != null; at = at.head()) {
            JsonNode node = document.at(at);
            if (!node.isMissingNode()) {
                return JsonNodes.tokenLocationOf(node);
            }
        }
        return JsonNodes.tokenLocationOf(document);
    }

    private String describe(ValidationMessage message) {
        String text = message.getMessage();
        String prefix = message.getInstanceLocation() + ": ";
        String said = text.startsWith(prefix) ? text.substring(prefix.length()) : text;
        JsonNode rule = message.getSchemaNode();
        return switch (message.getType()) {
            case "additionalProperties", "unevaluatedProperties" ->
                "'" + message.getProperty() + "' is not known here" + accepted(message);
            case "required" -> "'" + message.getProperty() + "' is missing";
            case "pattern" -> said + hint(message);
            case "enum" -> "not one of the accepted values: " + rule;
            default -> said;
        };
    }

    /** The names the schema knows beside the rule that refused one. */
    private String accepted(ValidationMessage message) {
        var rule = JsonPointer.compile(message.getSchemaLocation().getFragment().toString());
        var names = new ArrayList<String>();
        schema.getSchemaNode().at(rule.head()).path("properties").fieldNames().forEachRemaining(names::add);
        return names.isEmpty() ? "" : "; accepted: " + String.join(", ", names);
    }

    private static String hint(ValidationMessage message) {
        return message.getEvaluationPath().toString().contains("timeout")
                        || message.getEvaluationPath().toString().contains("silence")
                ? "; accepted: a duration such as 500ms, 90s, 10m or 2h"
                : "";
    }
}
