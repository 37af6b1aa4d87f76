package dev.millrace.schemas.codec;

import java.lang.reflect.RecordComponent;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Finds what JSON left out: record components that are null although they are not declared nullable. */
final class RequiredFields {
    private static final ClassValue<RecordComponent[]> COMPONENTS = new ClassValue<>() {
        @Override
        protected RecordComponent[] computeValue(Class<?> type) {
            return type.getRecordComponents();
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
        for (RecordComponent component : COMPONENTS.get(value.getClass())) {
            Object field = read(component, value);
            if (field == null) {
                if (!component.getAnnotatedType().isAnnotationPresent(Nullable.class)) {
                    return Optional.of(component.getName());
                }
                continue;
            }
            Optional<String> deeper = firstMissing(field);
            if (deeper.isPresent()) {
                return deeper.map(path -> component.getName() + "." + path);
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
