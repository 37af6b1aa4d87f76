package dev.millrace.schemas.topic;

import java.time.Duration;

/** All topics of the platform. */
public enum Topic {
    JOBS("jobs", Partitioning.POOL, Duration.ofDays(30), true, "What clients asked for."),
    QUEUE("queue", Partitioning.POOL, Duration.ofDays(30), true, "Plans and their tasks."),
    TASKS_URGENT("tasks.urgent", Partitioning.KEY, Duration.ofDays(30), true, "Dispatches somebody waits for."),
    TASKS_NORMAL("tasks.normal", Partitioning.KEY, Duration.ofDays(30), true, "Dispatches."),
    TASKS_BULK("tasks.bulk", Partitioning.KEY, Duration.ofDays(30), true, "Dispatches that may wait."),
    ATTEMPTS("attempts", Partitioning.POOL, Duration.ofDays(30), true, "What executors report about attempts."),
    DECISIONS(
            "decisions",
            Partitioning.POOL,
            Duration.ofDays(30),
            true,
            "What the dispatcher decided, with its reasons."),
    COMPLETIONS("completions", Partitioning.KEY, Duration.ofDays(30), true, "Verdicts: the public contract."),
    DEAD_LETTERS("dead-letters", Partitioning.KEY, Duration.ofDays(30), true, "What could not be handled, and why."),
    CONTROL("control", Partitioning.KEY, Duration.ofDays(1), false, "Commands to executors other than dispatches."),
    EXECUTORS(
            "executors",
            Partitioning.POOL,
            Duration.ofHours(1),
            false,
            "Registrations, heartbeats and departures of executors, and the dispatcher's ticks."),
    LOGS("logs", Partitioning.KEY, Duration.ofHours(6), false, "Live output, a tail only.");

    /** The key that decides the partition of a record. */
    public enum Partitioning {
        /** The pool, by {@link PoolPartitioner}; all topics of this kind have the same number of partitions, which never changes. */
        POOL,
        /** The record key. */
        KEY
    }

    private final String shortName;
    private final Partitioning partitioning;
    private final Duration retention;
    private final boolean unlimitedWhenEmbedded;
    private final String purpose;

    Topic(
            String shortName,
            Partitioning partitioning,
            Duration retention,
            boolean unlimitedWhenEmbedded,
            String purpose) {
        this.shortName = shortName;
        this.partitioning = partitioning;
        this.retention = retention;
        this.unlimitedWhenEmbedded = unlimitedWhenEmbedded;
        this.purpose = purpose;
    }

    /** The full name, such as {@code millrace.jobs.v1}. */
    public String topicName() {
        return "millrace." + shortName + ".v1";
    }

    public Partitioning partitioning() {
        return partitioning;
    }

    /** How long records are kept on a real cluster. */
    public Duration retention() {
        return retention;
    }

    /** Whether the embedded stack keeps this topic for ever. */
    public boolean unlimitedWhenEmbedded() {
        return unlimitedWhenEmbedded;
    }

    public String purpose() {
        return purpose;
    }
}
