package dev.millrace.scheduler.model;

import dev.millrace.schemas.spec.ScopeSpec;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What is remembered about a domain of a pool: how long each owner has held it, and whether it is quarantined. Durable, and forgotten when
 * no scope refers to the domain and it is not quarantined.
 *
 * @param heldMs how long scopes of each owner have held the domain
 */
public record DomainState(String name, Map<String, Long> heldMs, @Nullable Quarantine quarantine) {
    /**
     * Why no scope of a domain may be opened.
     *
     * @param owner owner of the job whose tear-down failed
     * @param scope id of the scope whose tear-down failed
     * @param sinceMs wall time
     */
    public record Quarantine(
            String jobId, @Nullable String owner, String scope, int epoch, String reason, long sinceMs) {}

    public DomainState {
        heldMs = Map.copyOf(heldMs);
    }

    public static DomainState fresh(String name) {
        return new DomainState(name, Map.of(), null);
    }

    /** Returns whether the domain is the default one of a job, which no other job has. */
    public boolean isOfOneJob() {
        return name.startsWith(ScopeSpec.JOB_DOMAIN);
    }

    public long heldBy(String owner) {
        return heldMs.getOrDefault(owner, 0L);
    }

    public DomainState held(String owner, long ms) {
        var sums = new TreeMap<>(heldMs);
        sums.merge(owner, ms, Long::sum);
        return new DomainState(name, sums, quarantine);
    }

    public DomainState quarantined(Quarantine its) {
        return new DomainState(name, heldMs, its);
    }

    public DomainState released() {
        return new DomainState(name, heldMs, null);
    }
}
