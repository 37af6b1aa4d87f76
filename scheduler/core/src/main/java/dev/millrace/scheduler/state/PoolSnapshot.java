package dev.millrace.scheduler.state;

import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The stored values of a pool, by kind and id. {@link PoolState#restore} makes a pool of them. Not thread-safe. */
public final class PoolSnapshot {
    private final Map<EntityKind<?>, Map<String, Object>> byKind = new HashMap<>();

    /** Returns a snapshot of a pool that contains the named entities, as far as they exist. */
    public static PoolSnapshot of(PoolState pool, Collection<EntityKey> keys) {
        var snapshot = new PoolSnapshot();
        keys.forEach(key -> snapshot.copy(pool, key));
        return snapshot;
    }

    /** Takes over the present values of the entities that changed. */
    public void save(PoolState pool, Set<EntityKey> changed) {
        changed.forEach(key -> copy(pool, key));
    }

    private void copy(PoolState pool, EntityKey key) {
        copy(pool, key.kind(), key.id());
    }

    private <T> void copy(PoolState pool, EntityKind<T> kind, String id) {
        put(kind, id, kind.in(pool, id));
    }

    /** Stores a value, or removes it if {@code value} is null. */
    public <T> PoolSnapshot put(EntityKind<T> kind, String id, @Nullable T value) {
        Map<String, Object> its = byKind.computeIfAbsent(kind, it -> new LinkedHashMap<>());
        if (value == null) {
            its.remove(id);
        } else {
            its.put(id, value);
        }
        return this;
    }

    /** Returns the values of one kind by id, in the order in which they were first stored. */
    @SuppressWarnings("unchecked") // put() accepts only values of the kind's type.
    public <T> Map<String, T> all(EntityKind<T> kind) {
        return (Map<String, T>) Collections.unmodifiableMap(byKind.getOrDefault(kind, Map.of()));
    }

    /** Returns the only value of a kind that a pool has one of, or null if there is none. */
    public <T> @Nullable T only(EntityKind<T> kind) {
        return all(kind).values().stream().findFirst().orElse(null);
    }
}
