package dev.millrace.schemas.spec;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.millrace.schemas.event.Role;
import dev.millrace.schemas.event.ScopeRules;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Something expensive that a group of tests shares. Its set-up runs before any of the tests, and its tear-down after all of them.
 *
 * @param id unique in the job
 * @param domain name of what the scope needs for itself alone; at most one scope of a domain is open at a time in a pool. By default all
 *     scopes of the job that name no domain share one
 * @param onTeardownFailure what happens when the tear-down has failed for good; quarantine by default
 * @param maxParallel largest number of its tests that run at the same time; no limit by default
 * @param maxHold longest time for which it holds its domain at a time; one hour by default
 */
public record ScopeSpec(
        String id,
        @Nullable String domain,
        ScopeStep setup,
        ScopeStep teardown,
        @Nullable OnTeardownFailure onTeardownFailure,
        @Nullable Integer maxParallel,
        @Nullable SpecDuration maxHold) {
    /** How the name of the domain begins that the scopes of a job have which name none. */
    public static final String JOB_DOMAIN = "job:";

    private static final int SETUP_ATTEMPTS = 2;
    private static final int TEARDOWN_ATTEMPTS = 3;
    private static final SpecDuration MAX_HOLD = new SpecDuration(Duration.ofHours(1));

    /** Returns the name of the task that sets a scope up or tears it down. */
    public static String taskName(String id, Role role) {
        return id + ":" + role.wireName();
    }

    /** What happens to the domain of a scope whose tear-down has failed for good. */
    public enum OnTeardownFailure {
        /** No scope of the domain is opened until somebody releases it. */
        @JsonProperty("quarantine")
        QUARANTINE,
        /** The next scope of the domain may be opened, although the earlier one may have left something behind. */
        @JsonProperty("continue")
        CONTINUE
    }

    /** Returns the set-up or the tear-down. */
    public ScopeStep step(Role role) {
        return role == Role.SETUP ? setup : teardown;
    }

    /** Returns how often the set-up or the tear-down is tried at most. */
    public int attempts(Role role) {
        Integer attempts = step(role).attempts();
        return attempts != null ? attempts : role == Role.SETUP ? SETUP_ATTEMPTS : TEARDOWN_ATTEMPTS;
    }

    /** Returns the rules by which the scope is opened and closed. */
    public ScopeRules rules(String jobId) {
        return new ScopeRules(
                // A domain that is written in a spec has no colon, so this one belongs to the job alone.
                domain != null ? domain : JOB_DOMAIN + jobId,
                maxParallel,
                (maxHold != null ? maxHold : MAX_HOLD).toMillis(),
                onTeardownFailure == OnTeardownFailure.CONTINUE,
                null);
    }
}
