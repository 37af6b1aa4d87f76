package dev.millrace.scheduler.state;

import dev.millrace.scheduler.model.EntityKey;
import dev.millrace.scheduler.model.EntityKind;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Knows where the present value of each kind of stored entity is. */
final class StoredValues {
    private final Map<EntityKind<?>, Function<String, ?>> byKind;

    StoredValues(PoolState state) {
        byKind = Map.ofEntries(
                Map.entry(EntityKind.JOB, state::job),
                Map.entry(EntityKind.TASK, state::task),
                Map.entry(EntityKind.EXECUTOR, state::registration),
                Map.entry(EntityKind.OWNER, state::account),
                Map.entry(EntityKind.MARK, state::mark),
                Map.entry(EntityKind.REVOKED, id -> state.revoked().get(id)),
                Map.entry(EntityKind.SCOPE, key -> state.mutableScopes().storedScope(key)),
                Map.entry(EntityKind.DOMAIN, name -> state.mutableScopes().stored(name)),
                Map.entry(EntityKind.POLICY, id -> state.policy()),
                Map.entry(EntityKind.CLOCK, id -> state.clock()),
                Map.entry(EntityKind.SEQUENCE, id -> state.sequence()));
    }

    /** Returns the present value of an entity, or null if it does not exist any more. */
    @Nullable
    Object of(EntityKey key) {
        Function<String, ?> values = byKind.get(key.kind());
        if (values == null) {
            throw new IllegalArgumentException("a pool has no " + key.kind());
        }
        return values.apply(key.id());
    }
}
