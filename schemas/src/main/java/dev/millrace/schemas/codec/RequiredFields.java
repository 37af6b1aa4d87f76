package dev.millrace.schemas.codec;

import java.lang.reflect.RecordComponent;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Finds what JSON left out: record components that are null although they are not declared nullable. */
final class RequiredFields {
    /** A component and whether it may be absent, which takes reflection long to tell. */
    private record Field(RecordComponent component, boolean nullable) {}

    private static final ClassValue<List<Field>> FIELDS = new ClassValue<>() {
        @Override
        protected List<Field> computeValue(Class<?> type) {
            return Stream.of(type.getRecordComponents())
                    .map(it -> new Field(it, it.getAnnotatedType().isAnnotationPresent(Nullable.class)))
                    .toList();
        }
    };

    private RequiredFields() {}

    /** The dotted path of the first missing field in {@code value} or the records within it. */
    static Optional<String> firstMissing(Object value) {
        if (value instanceof Collection<?> items) {
            return items.stream()
                    .map(item -> item == null ? Optional.of("[]") : firstMissing(item))
                    .flatMap(Optional::stream)
                    .findFirst();
        }
        if (value instanceof Map<?, ?> map) {
            return firstMissing(map.values());
        }
        if (!(value instanceof Record)) {
            return Optional.empty();
        }
        for (Field field : FIELDS.get(value.getClass())) {
            String name = field.component().getName();
            Object content = read(field.component(), value);
            if (content == null) {
                if (!field.nullable()) {
                    return Optional.of(name);
                }
                continue;
            }
            Optional<String> deeper = firstMissing(content);
            if (deeper.isPresent()) {
                return deeper.map(path -> name + "." + path);
            }
        }
        return Optional.empty();
    }

    private static @Nullable Object read(RecordComponent component, Object record) {
        try {
            return component.getAccessor().invoke(record);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("records of schemas are public", e);
        }
    }
}
