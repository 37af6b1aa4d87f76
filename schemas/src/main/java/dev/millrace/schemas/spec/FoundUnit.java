package dev.millrace.schemas.spec;

import org.jspecify.annotations.Nullable;

/**
 * The smallest part of a suite that can run by itself, as an adapter found it.
 *
 * @param name name of the unit; third part of the history key
 * @param tests number of its test cases, as far as discovery can tell without running them
 * @param scope name of the class or module of the suite whose set-up the unit needs; absent for none
 */
public record FoundUnit(String name, int tests, @Nullable String scope) {
    /** Creates a unit that needs no set-up. */
    public FoundUnit(String name, int tests) {
        this(name, tests, null);
    }
}
