package dev.millrace.schemas.spec;

import java.time.Duration;

/** The limits of one job, from the reliability page. */
public final class SpecLimits {
    public static final int MAX_TASKS = 10_000;
    /** The limit of a plan as it is stored; most of it is names, commands and environments. */
    public static final long MAX_PLAN_BYTES = 16L << 20;

    /** The limit of a plan in memory, once it is read: with arguments of one letter it takes thirteen times the bytes that are stored. */
    public static final long MAX_PLAN_HEAP_BYTES = 64L << 20;

    /** Different combinations of resources and labels in a job; the dispatcher keeps an order for each. */
    public static final int MAX_DIFFERENT_NEEDS = 16;

    public static final int MAX_RETRIES = 5;
    public static final Duration MAX_TIMEOUT = Duration.ofHours(6);
    public static final int MAX_SPEC_BYTES = 8 * 1024 * 1024;
    public static final int MAX_PROBLEMS = 20;

    /** Values of a spec, containers included: some more than 100,000 units of suites and 10,000 commands have. */
    public static final int MAX_VALUES = 1_000_000;

    /** Items of any list in a spec; those with a limit of their own have at most this one. */
    public static final int MAX_ITEMS = 100_000;

    /** Fields of any mapping in a spec. */
    public static final int MAX_FIELDS = 1_000;

    public static final int MAX_DEPTH = 16;

    /** How often every task of a job may run. */
    public static final int MAX_REPEAT = 1_000;

    private SpecLimits() {}
}
