package dev.millrace.scheduler.model;

/**
 * A kind of value that a pool consists of and that must be stored durably. The constants are the registry of all kinds. A new
 * kind needs a constant here, its present value in the pool's state, and a format in the store. Thread-safe.
 *
 * @param <T> the type of the value
 */
public final class EntityKind<T> {
    public static final EntityKind<JobState> JOB = new EntityKind<>("job", JobState.class);
    public static final EntityKind<TaskState> TASK = new EntityKind<>("task", TaskState.class);
    public static final EntityKind<Registration> EXECUTOR = new EntityKind<>("executor", Registration.class);
    public static final EntityKind<OwnerAccount> OWNER = new EntityKind<>("owner", OwnerAccount.class);
    public static final EntityKind<StandingOverride> MARK = new EntityKind<>("mark", StandingOverride.class);
    public static final EntityKind<RevokedAttempt> REVOKED = new EntityKind<>("revoked", RevokedAttempt.class);
    public static final EntityKind<ScopeState> SCOPE = new EntityKind<>("scope", ScopeState.class);
    public static final EntityKind<DomainState> DOMAIN = new EntityKind<>("domain", DomainState.class);
    public static final EntityKind<PoolPolicy> POLICY = new EntityKind<>("policy", PoolPolicy.class);
    public static final EntityKind<PoolClock> CLOCK = new EntityKind<>("clock", PoolClock.class);
    public static final EntityKind<Long> SEQUENCE = new EntityKind<>("meta", Long.class);

    private final String name;
    private final Class<T> type;

    private EntityKind(String name, Class<T> type) {
        this.name = name;
        this.type = type;
    }

    /** Returns the name of the kind in the keys of stored values. */
    public String wireName() {
        return name;
    }

    public Class<T> type() {
        return type;
    }

    @Override
    public String toString() {
        return name;
    }
}
