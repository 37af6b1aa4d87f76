package dev.millrace.platform.problem;

/** A failure because stored data is damaged or lost. A request that ends with it is answered with status 502. */
public interface StoredDamage {
    /** The kind of problem to send to the client. */
    ProblemKind kind();
}
