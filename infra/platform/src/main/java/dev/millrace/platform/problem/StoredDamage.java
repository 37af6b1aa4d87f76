package dev.millrace.platform.problem;

/** A failure that says that what was stored is damaged or lost; a request that ends with it is answered with 502. */
public interface StoredDamage {
    /** The kind of problem to send to the client. */
    ProblemKind kind();
}
