package dev.millrace.schemas.spec;

import java.time.Duration;

/** The limits of one job, as documented on the reliability page. */
public final class SpecLimits {
    public static final int MAX_TASKS = 10_000;
    /** The largest size of a stored plan; most of a plan is names, commands and environments. */
    public static final long MAX_PLAN_BYTES = 16L << 20;

    /**
     * The largest size of a plan in memory. A plan whose arguments have only one letter takes thirteen times as many bytes in memory as in
     * storage.
     */
    public static final long MAX_PLAN_HEAP_BYTES = 64L << 20;

    /**
     * The largest number of different combinations of resources and labels in one job; the dispatcher keeps a separate queue for each
     * combination.
     */
    public static final int MAX_DIFFERENT_NEEDS = 16;

    public static final int MAX_RETRIES = 5;

    /** The largest number of scopes of a job. */
    public static final int MAX_SCOPES = 1_000;

    /** The longest time for which a scope may hold its domain at a time. */
    public static final Duration MAX_HOLD = Duration.ofHours(24);

    public static final Duration MAX_TIMEOUT = Duration.ofHours(6);
    public static final int MAX_SPEC_BYTES = 8 * 1024 * 1024;
    public static final int MAX_PROBLEMS = 20;

    /**
     * The largest number of values in a spec, containers included. It is somewhat more than a spec with 100,000 units of suites and 10,000
     * commands has.
     */
    public static final int MAX_VALUES = 1_000_000;

    /** The largest number of items in any list of a spec; some lists have a lower limit of their own. */
    public static final int MAX_ITEMS = 100_000;

    /** The largest number of fields in any mapping of a spec. */
    public static final int MAX_FIELDS = 1_000;

    public static final int MAX_DEPTH = 16;

    /** The largest number of repetitions of every task of a job. */
    public static final int MAX_REPEAT = 1_000;

    private SpecLimits() {}
}
