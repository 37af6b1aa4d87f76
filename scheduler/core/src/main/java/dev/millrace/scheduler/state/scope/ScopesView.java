package dev.millrace.scheduler.state.scope;

import dev.millrace.scheduler.model.DomainState;
import dev.millrace.scheduler.model.TaskState;
import dev.millrace.schemas.event.Needs;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The scopes and domains of a pool as decisions see them. */
public interface ScopesView {
    /** Returns the scopes of a job for which something may be due, in order. */
    Collection<? extends ScopeView> toLookAt(String jobId);

    Collection<? extends ScopeView> ofJob(String jobId);

    /** Returns whether no scope of the job is open or will be opened. */
    boolean areOver(String jobId);

    @Nullable
    ScopeView get(String jobId, String id);

    /** Returns the scopes in the phases whose time is limited: those that are being set up, and those whose tests may run. */
    Collection<? extends ScopeView> timed();

    /** Returns a waiting task of a scope that has these needs and was queued before {@code wallMs}, whatever it waits for; or null. */
    TaskState.@Nullable Waiting waitingSince(Needs needs, long wallMs);

    /** Returns whether this scope may be opened now: its domain is free, and no other scope is before it. */
    boolean isNext(ScopeView scope);

    /** Returns the domain with this name; a domain that is not stored has not been held. */
    DomainState domain(String name);

    /** Returns the domains that are stored. */
    Collection<DomainState> domains();

    /** Returns the tear-downs that may be placed now, in the order in which their scopes began to be torn down. */
    List<TaskState.Waiting> readyTeardowns();

    /** Returns a test that has waited since before {@code sinceTick} for a domain that is in quarantine since then, or null. */
    TaskState.@Nullable Waiting waitingForQuarantined(long sinceTick);

    /** Returns the domain that has been in quarantine for the longest time if there are more than {@code most}, otherwise null. */
    @Nullable
    DomainState quarantinedBeyond(int most);

    /** Counts changes of scopes. */
    long revision();

    /** Returns the first test that waits for its scope, or null. */
    TaskState.@Nullable Waiting firstGated(String jobId, String id);
}
