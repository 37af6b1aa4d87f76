package dev.millrace.schemas.json;

import dev.millrace.schemas.Ids;
import java.lang.reflect.RecordComponent;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The rules that every event must follow, whoever wrote it: a record component that is not declared nullable is present, and a component
 * that names a job, a task, a pool, an executor, an incarnation or an owner has the form of such a name. Names become keys of stores and
 * tables, so a name with another form must be rejected before it is used.
 */
public final class FieldRules {
    /** The form of each kind of name, by the name of the record component that holds it. */
    private static final Map<String, Ids.Form> FORMS = Map.of(
            "jobId", Ids.Form.JOB,
            "taskId", Ids.Form.TASK,
            "pool", Ids.Form.POOL,
            "executorId", Ids.Form.EXECUTOR,
            "owner", Ids.Form.OWNER,
            "incarnation", Ids.Form.INCARNATION);

    /** A record component and its rules; cached because finding the rules by reflection is slow. */
    private record Field(RecordComponent component, boolean nullable, Ids.@Nullable Form form) {}

    private static final ClassValue<List<Field>> FIELDS = new ClassValue<>() {
        @Override
        protected List<Field> computeValue(Class<?> type) {
            return Stream.of(type.getRecordComponents())
                    .map(it -> new Field(
                            it,
                            it.getAnnotatedType().isAnnotationPresent(Nullable.class),
                            it.getType() == String.class ? FORMS.get(it.getName()) : null))
                    .toList();
        }
    };

    private FieldRules() {}

    /** Describes the first field of {@code value}, or of a record inside it, that breaks a rule; empty if none does. */
    public static Optional<String> firstBroken(Object value) {
        return firstBroken(value, "");
    }

    private static Optional<String> firstBroken(Object value, String path) {
        if (value instanceof Collection<?> items) {
            return items.stream()
                    .map(item -> item == null ? missing(path + "[]") : firstBroken(item, path))
                    .flatMap(Optional::stream)
                    .findFirst();
        }
        if (value instanceof Map<?, ?> map) {
            return firstBroken(map.values(), path);
        }
        if (!(value instanceof Record)) {
            return Optional.empty();
        }
        for (Field field : FIELDS.get(value.getClass())) {
            String name = path.isEmpty()
                    ? field.component().getName()
                    : path + "." + field.component().getName();
            Optional<String> broken = broken(field, read(field.component(), value), name);
            if (broken.isPresent()) {
                return broken;
            }
        }
        return Optional.empty();
    }

    private static Optional<String> broken(Field field, @Nullable Object content, String name) {
        if (content == null) {
            return field.nullable() ? Optional.empty() : missing(name);
        }
        if (field.form() != null && !field.form().matches((String) content)) {
            return Optional.of("the field '" + name + "' is no " + field.form().what());
        }
        return firstBroken(content, name);
    }

    private static Optional<String> missing(String name) {
        return Optional.of("the field '" + name + "' is missing");
    }

    private static @Nullable Object read(RecordComponent component, Object record) {
        try {
            return component.getAccessor().invoke(record);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("records of schemas are public", e);
        }
    }
}
