package dev.millrace.schemas.spec;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.PathType;
import com.networknt.schema.SchemaValidatorsConfig;
import com.networknt.schema.SpecVersion;
import com.networknt.schema.ValidationMessage;
import com.networknt.schema.regex.RegularExpression;
import dev.millrace.schemas.json.Json;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.function.BiConsumer;
import java.util.regex.Pattern;

/**
 * Checks job specs against their JSON Schema. It checks a spec in parts, so that it can stop once it has found enough problems. The
 * validator itself either stops at the first problem or collects a message for every wrong value, and a document can have a million wrong
 * values. Thread-safe.
 */
final class SpecSchema {
    private static final String RESOURCE = "/dev/millrace/schemas/job-v1.schema.json";

    /** Lists whose items are checked one by one. */
    private static final List<String> LISTS = List.of("scopes", "tasks", "suites");

    /** In a part with more values than this only the first problem is reported. */
    private static final int LARGE = 2_000;

    private final JsonNode document;
    private final JsonSchema thorough;
    private final JsonSchema first;

    SpecSchema() {
        try (InputStream resource = SpecSchema.class.getResourceAsStream(RESOURCE)) {
            if (resource == null) {
                throw new IllegalStateException("the schema of the job spec is missing from the build");
            }
            document = Json.MAPPER.readTree(resource);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        thorough = schema(false);
        first = schema(true);
    }

    private JsonSchema schema(boolean failFast) {
        var config = SchemaValidatorsConfig.builder()
                .pathType(PathType.JSON_POINTER)
                .locale(Locale.ROOT)
                .failFast(failFast)
                .regularExpressionFactory(SpecSchema::regularExpression)
                .build();
        return JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012).getSchema(document, config);
    }

    /**
     * Compiles a pattern of the schema. In Java {@code $} also matches before a line feed at the end of the text; it is replaced so that a
     * name with a line feed at its end does not match.
     */
    private static RegularExpression regularExpression(String regex) {
        Pattern pattern = Pattern.compile(regex.endsWith("$") ? regex.substring(0, regex.length() - 1) + "\\z" : regex);
        return value -> pattern.matcher(value).find();
    }

    /** Reports problems as (pointer, message) until there are no more or {@code max} have been reported. */
    void check(JsonNode spec, int max, BiConsumer<String, String> report) {
        var found = new Found(max, report);
        if (!(spec instanceof ObjectNode root)) {
            validate(spec, "", "", found);
            return;
        }
        ObjectNode rest = JsonNodeFactory.instance.objectNode();
        root.properties().forEach(field -> rest.set(field.getKey(), field.getValue()));
        for (String list : LISTS) {
            if (root.get(list) instanceof ArrayNode items) {
                rest.set(list, JsonNodeFactory.instance.arrayNode());
                int limit = document.at("/properties/" + list + "/maxItems").intValue();
                if (items.size() > limit) {
                    found.add("/" + list, "has " + items.size() + " items; at most " + limit + " are accepted");
                    rest.remove(list);
                }
            }
        }
        validate(rest, "", "", found);
        for (String list : LISTS) {
            if (rest.get(list) instanceof ArrayNode && root.get(list) instanceof ArrayNode items) {
                for (int i = 0; i < items.size() && !found.isEnough(); i++) {
                    validate(alone(list, items.get(i)), "/" + list + "/0", "/" + list + "/" + i, found);
                }
            }
        }
    }

    /** Returns a minimal spec whose only entry is this scope, task or suite. */
    private static ObjectNode alone(String list, JsonNode item) {
        ObjectNode spec = JsonNodeFactory.instance.objectNode();
        spec.put("apiVersion", JobSpec.API_VERSION)
                .put("name", "n")
                .putArray(list)
                .add(item);
        return spec;
    }

    private void validate(JsonNode part, String prefix, String replacement, Found found) {
        for (ValidationMessage message : (isLarge(part) ? first : thorough).validate(part)) {
            String pointer = message.getInstanceLocation().toString();
            String said = describe(message);
            found.add(pointer.startsWith(prefix) ? replacement + pointer.substring(prefix.length()) : pointer, said);
        }
    }

    private static boolean isLarge(JsonNode part) {
        Deque<JsonNode> open = new ArrayDeque<>(List.of(part));
        int values = 0;
        while (!open.isEmpty()) {
            JsonNode node = open.pop();
            values += 1 + node.size();
            if (values > LARGE) {
                return true;
            }
            for (JsonNode child : node) {
                if (child.isContainerNode()) {
                    open.push(child);
                }
            }
        }
        return false;
    }

    /** The problems found so far. */
    private static final class Found {
        private final int max;
        private final BiConsumer<String, String> report;
        private int count;

        Found(int max, BiConsumer<String, String> report) {
            this.max = max;
            this.report = report;
        }

        boolean isEnough() {
            return count >= max;
        }

        void add(String pointer, String message) {
            if (!isEnough()) {
                count++;
                report.accept(pointer, message);
            }
        }
    }

    private String describe(ValidationMessage message) {
        String text = message.getMessage();
        String prefix = message.getInstanceLocation() + ": ";
        String said = text.startsWith(prefix) ? text.substring(prefix.length()) : text;
        return switch (message.getType()) {
            case "additionalProperties", "unevaluatedProperties" ->
                "'" + message.getProperty() + "' is not known here" + accepted(message);
            case "required" -> "'" + message.getProperty() + "' is missing";
            case "pattern" -> said + hint(message);
            case "enum" -> "not one of the accepted values: " + message.getSchemaNode();
            default -> said;
        };
    }

    /** Lists the field names that the schema accepts in the object where it refused a field. */
    private String accepted(ValidationMessage message) {
        var rule = JsonPointer.compile(message.getSchemaLocation().getFragment().toString());
        var names = new ArrayList<String>();
        document.at(rule.head()).path("properties").fieldNames().forEachRemaining(names::add);
        return names.isEmpty() ? "" : "; accepted: " + String.join(", ", names);
    }

    private static String hint(ValidationMessage message) {
        return message.getEvaluationPath().toString().contains("timeout")
                        || message.getEvaluationPath().toString().contains("silence")
                        || message.getEvaluationPath().toString().contains("maxHold")
                ? "; accepted: a duration such as 500ms, 90s, 10m or 2h"
                : "";
    }
}
