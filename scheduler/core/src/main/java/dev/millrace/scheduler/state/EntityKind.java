package dev.millrace.scheduler.state;

import dev.millrace.scheduler.model.JobState;
import dev.millrace.scheduler.model.OwnerAccount;
import dev.millrace.scheduler.model.PoolClock;
import dev.millrace.scheduler.model.PoolPolicy;
import dev.millrace.scheduler.model.Registration;
import dev.millrace.scheduler.model.RevokedAttempt;
import dev.millrace.scheduler.model.StandingOverride;
import dev.millrace.scheduler.model.TaskState;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * A kind of value that a pool consists of and that must be stored durably. The constants are the registry of all kinds: whatever stores or
 * restores a pool goes through {@link PoolSnapshot} and needs no code of its own for a new kind. Thread-safe.
 *
 * @param <T> the type of the value
 */
public final class EntityKind<T> {
    public static final EntityKind<JobState> JOB = new EntityKind<>("job", PoolState::job);
    public static final EntityKind<TaskState> TASK = new EntityKind<>("task", PoolState::task);
    public static final EntityKind<Registration> EXECUTOR = new EntityKind<>("executor", PoolState::registration);
    public static final EntityKind<OwnerAccount> OWNER = new EntityKind<>("owner", PoolState::account);
    public static final EntityKind<StandingOverride> MARK = new EntityKind<>("mark", PoolState::mark);
    public static final EntityKind<RevokedAttempt> REVOKED = new EntityKind<>("revoked", PoolState::revoked);
    public static final EntityKind<PoolPolicy> POLICY = new EntityKind<>("policy", (pool, id) -> pool.policy());
    public static final EntityKind<PoolClock> CLOCK = new EntityKind<>("clock", (pool, id) -> pool.clock());
    public static final EntityKind<Long> SEQUENCE = new EntityKind<>("meta", (pool, id) -> pool.sequence());

    private final String name;
    private final BiFunction<PoolState, String, @Nullable T> present;

    private EntityKind(String name, BiFunction<PoolState, String, @Nullable T> present) {
        this.name = name;
        this.present = present;
    }

    /** Returns the name of the kind in the keys of stored values. */
    public String wireName() {
        return name;
    }

    /** Returns the present value of an entity of this kind, or null if it does not exist any more and must be deleted. */
    public @Nullable T in(PoolState pool, String id) {
        return present.apply(pool, id);
    }

    @Override
    public String toString() {
        return name;
    }
}
