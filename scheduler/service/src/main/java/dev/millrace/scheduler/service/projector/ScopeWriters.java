package dev.millrace.scheduler.service.projector;

import dev.millrace.schemas.blob.Digest;
import dev.millrace.schemas.event.DomainReleased;
import dev.millrace.schemas.event.ScopeActivated;
import dev.millrace.schemas.event.ScopeClosed;
import dev.millrace.schemas.event.ScopeDraining;
import dev.millrace.schemas.event.ScopeHoldWarned;
import dev.millrace.schemas.event.ScopeOpened;
import dev.millrace.schemas.event.ScopeQuarantined;
import dev.millrace.schemas.event.ScopeRules;
import dev.millrace.schemas.event.ScopeTearingDown;
import dev.millrace.schemas.plan.PlannedScope;
import dev.millrace.schemas.plan.PlannedTask;
import java.util.LinkedHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Writes the views of scopes and of their epochs, and the list of the domains of a pool that are not free. */
final class ScopeWriters {
    private static final String DOMAINS = "domains";

    private ScopeWriters() {}

    static void register(DecisionWriters all) {
        all.on(ScopeOpened.class, ScopeWriters::opened);
        all.on(ScopeActivated.class, (it, atMs, out) -> {
            phase(it.jobId(), it.scope(), "active", null, atMs, out);
            domain(it.pool(), it.domain(), out, row -> row.set("state", "active"));
            epoch(it.jobId(), it.scope(), it.scopeEpoch(), out, row -> row.set("state", "active")
                    .set("active_at", atMs)
                    .set("context", hex(it.context())));
        });
        all.on(
                ScopeHoldWarned.class,
                (it, atMs, out) ->
                        epoch(it.jobId(), it.scope(), it.scopeEpoch(), out, row -> row.set("warned_at", atMs)));
        all.on(ScopeDraining.class, (it, atMs, out) -> {
            phase(it.jobId(), it.scope(), "draining", it.reason(), atMs, out);
            domain(it.pool(), it.domain(), out, row -> row.set("state", "draining"));
            epoch(it.jobId(), it.scope(), it.scopeEpoch(), out, row -> row.set("state", "draining")
                    .set("draining_at", atMs)
                    .set("draining_reason", it.reason()));
        });
        all.on(ScopeTearingDown.class, (it, atMs, out) -> {
            phase(it.jobId(), it.scope(), "tearing down", null, atMs, out);
            domain(it.pool(), it.domain(), out, row -> row.set("state", "tearing down"));
            epoch(it.jobId(), it.scope(), it.scopeEpoch(), out, row -> row.set("state", "tearing down")
                    .set("tearing_down_at", atMs)
                    .set("context", hex(it.context())));
        });
        all.on(ScopeClosed.class, ScopeWriters::closed);
        all.on(ScopeQuarantined.class, ScopeWriters::quarantined);
        all.on(DomainReleased.class, (it, atMs, out) -> free(it.pool(), it.domain(), out));
    }

    /** Adds the scope of a set-up, which waits for its turn. */
    static void planned(String jobId, PlannedTask setup, PlannedScope scope, ScopeRules rules, long atMs, Writes out) {
        out.row("scopes", row -> row.set("job_id", jobId)
                .set("scope", scope.id())
                .set("domain", rules.domain())
                .set("setup_index", setup.index())
                .set("max_parallel", rules.maxParallel())
                .set("max_hold_ms", rules.maxHoldMs())
                .set("on_teardown_failure", rules.goOnAfterFailedTeardown() ? "continue" : "quarantine")
                .set("state", "pending")
                .set("epoch", 0)
                .set("changed_at", atMs));
    }

    private static void opened(ScopeOpened it, long atMs, Writes out) {
        out.row("scopes", row -> row.set("job_id", it.jobId())
                .set("scope", it.scope())
                .set("domain", it.domain())
                .set("state", "setting up")
                .set("epoch", it.scopeEpoch())
                .set("reason", null)
                .set("changed_at", atMs));
        epoch(it.jobId(), it.scope(), it.scopeEpoch(), out, row -> row.set("state", "setting up")
                .set("opened_at", atMs));
        domain(it.pool(), it.domain(), out, row -> row.set("state", "setting up")
                .set("job_id", it.jobId())
                .set("scope", it.scope())
                .set("epoch", it.scopeEpoch())
                .set("owner", it.owner())
                .set("since", atMs)
                .set("reason", null));
    }

    private static void closed(ScopeClosed it, long atMs, Writes out) {
        phase(it.jobId(), it.scope(), it.again() ? "pending" : "closed", it.reason(), atMs, out);
        if (it.heldMs() == null) {
            // It was not open, so another scope may hold the domain.
            return;
        }
        epoch(it.jobId(), it.scope(), it.scopeEpoch(), out, row -> row.set("state", "closed")
                .set("reason", it.reason())
                .set("isolation_waived", it.isolationWaived())
                .set("closed_at", atMs)
                .set("held_ms", it.heldMs()));
        free(it.pool(), it.domain(), out);
    }

    private static void quarantined(ScopeQuarantined it, long atMs, Writes out) {
        phase(it.jobId(), it.scope(), it.again() ? "pending" : "quarantined", it.reason(), atMs, out);
        epoch(it.jobId(), it.scope(), it.scopeEpoch(), out, row -> row.set("state", "quarantined")
                .set("reason", it.reason())
                .set("closed_at", atMs)
                .set("held_ms", it.heldMs()));
        domain(it.pool(), it.domain(), out, row -> row.set("state", "quarantined")
                .set("since", atMs)
                .set("reason", it.reason()));
    }

    private static void phase(
            String jobId, String scope, String state, @Nullable String reason, long atMs, Writes out) {
        out.row("scopes", row -> row.set("job_id", jobId)
                .set("scope", scope)
                .set("state", state)
                .set("reason", reason)
                .set("changed_at", atMs));
    }

    private static void epoch(String jobId, String scope, int epoch, Writes out, Consumer<Writes.Row> columns) {
        out.row(
                "scope_epochs",
                row -> columns.accept(
                        row.set("job_id", jobId).set("scope", scope).set("epoch", epoch)));
    }

    private static void domain(String pool, String domain, Writes out, Consumer<Writes.Row> columns) {
        out.row(DOMAINS, row -> columns.accept(row.set("pool", pool).set("domain", domain)));
    }

    private static void free(String pool, String domain, Writes out) {
        var key = new LinkedHashMap<String, Object>();
        key.put("pool", pool);
        key.put("domain", domain);
        out.remove(DOMAINS, key);
    }

    private static @Nullable String hex(@Nullable Digest digest) {
        return digest == null ? null : digest.hex();
    }
}
