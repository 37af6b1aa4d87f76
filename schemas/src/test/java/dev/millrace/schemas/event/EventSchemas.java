package dev.millrace.schemas.event;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.github.victools.jsonschema.generator.FieldScope;
import com.github.victools.jsonschema.generator.Option;
import com.github.victools.jsonschema.generator.OptionPreset;
import com.github.victools.jsonschema.generator.SchemaGenerator;
import com.github.victools.jsonschema.generator.SchemaGeneratorConfigBuilder;
import com.github.victools.jsonschema.generator.SchemaVersion;
import dev.millrace.schemas.blob.Digest;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Generates the JSON Schema of each event from its record. */
public final class EventSchemas {
    private static final SchemaGenerator GENERATOR = generator();

    private EventSchemas() {}

    private static SchemaGenerator generator() {
        var builder = new SchemaGeneratorConfigBuilder(SchemaVersion.DRAFT_2020_12, OptionPreset.PLAIN_JSON)
                .with(Option.INLINE_ALL_SCHEMAS, Option.MAP_VALUES_AS_ADDITIONAL_PROPERTIES);
        builder.forFields().withRequiredCheck(field -> !isNullable(field));
        builder.forTypesInGeneral().withCustomDefinitionProvider((type, context) -> {
            Class<?> erased = type.getErasedType();
            ObjectNode node = context.getGeneratorConfig().createObjectNode();
            if (erased == Digest.class) {
                return new com.github.victools.jsonschema.generator.CustomDefinition(
                        node.put("type", "string").put("pattern", "^[0-9a-f]{64}$"));
            }
            if (erased.isEnum()) {
                node.put("type", "string");
                names(erased).forEach(node.putArray("enum")::add);
                return new com.github.victools.jsonschema.generator.CustomDefinition(node);
            }
            return null;
        });
        return new SchemaGenerator(builder.build());
    }

    private static boolean isNullable(FieldScope field) {
        return Arrays.stream(field.getDeclaringType().getErasedType().getRecordComponents())
                .filter(component -> component.getName().equals(field.getName()))
                .anyMatch(component -> component.getAnnotatedType().isAnnotationPresent(Nullable.class));
    }

    private static List<String> names(Class<?> type) {
        return Arrays.stream(type.getEnumConstants())
                .map(constant -> wireName(type, (Enum<?>) constant))
                .toList();
    }

    private static String wireName(Class<?> type, Enum<?> constant) {
        try {
            JsonProperty property = type.getField(constant.name()).getAnnotation(JsonProperty.class);
            return property == null ? constant.name() : property.value();
        } catch (NoSuchFieldException e) {
            throw new IllegalStateException(e);
        }
    }

    public static ObjectNode of(EventType type) {
        ObjectNode schema = GENERATOR.generateSchema(type.recordClass());
        schema.put("$id", "https://millrace.dev/schemas/" + type.wireName() + ".schema.json");
        schema.put("title", type.wireName());
        return schema;
    }
}
