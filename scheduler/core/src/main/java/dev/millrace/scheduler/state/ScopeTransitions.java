package dev.millrace.scheduler.state;

import dev.millrace.scheduler.model.DomainState;
import dev.millrace.scheduler.model.Now;
import dev.millrace.scheduler.model.ScopeState;
import dev.millrace.scheduler.model.ScopeState.Phase;
import dev.millrace.scheduler.state.Transition.Subject;
import dev.millrace.scheduler.state.scope.ScopeView;
import dev.millrace.schemas.event.DomainReleased;
import dev.millrace.schemas.event.ScopeActivated;
import dev.millrace.schemas.event.ScopeClosed;
import dev.millrace.schemas.event.ScopeDraining;
import dev.millrace.schemas.event.ScopeHoldWarned;
import dev.millrace.schemas.event.ScopeOpened;
import dev.millrace.schemas.event.ScopeQuarantined;
import dev.millrace.schemas.event.ScopeTearingDown;
import java.util.function.UnaryOperator;

/** Changes scopes from one phase to the next, and what is remembered about their domains. */
final class ScopeTransitions {
    private final PoolState state;

    ScopeTransitions(PoolState state) {
        this.state = state;
    }

    void register(Transitions all) {
        all.on(ScopeOpened.class, Subject.SCOPE, it -> ScopeState.key(it.jobId(), it.scope()), this::opened);
        all.on(
                ScopeActivated.class,
                Subject.SCOPE,
                it -> ScopeState.key(it.jobId(), it.scope()),
                (it, now) -> change(it.jobId(), it.scope(), scope -> scope.activated(it.context(), now.wallMs())));
        all.on(
                ScopeDraining.class,
                Subject.SCOPE,
                it -> ScopeState.key(it.jobId(), it.scope()),
                (it, now) -> change(it.jobId(), it.scope(), scope -> scope.in(Phase.DRAINING)));
        all.on(
                ScopeHoldWarned.class,
                Subject.SCOPE,
                it -> ScopeState.key(it.jobId(), it.scope()),
                (it, now) -> change(it.jobId(), it.scope(), ScopeState::warnedOfItsHold));
        all.on(
                ScopeTearingDown.class,
                Subject.SCOPE,
                it -> ScopeState.key(it.jobId(), it.scope()),
                (it, now) -> change(it.jobId(), it.scope(), scope -> scope.in(Phase.TEARING_DOWN)));
        all.on(ScopeClosed.class, Subject.SCOPE, it -> ScopeState.key(it.jobId(), it.scope()), this::closed);
        all.on(ScopeQuarantined.class, Subject.SCOPE, it -> ScopeState.key(it.jobId(), it.scope()), this::quarantined);
        all.always(DomainReleased.class, (it, now) -> state.mutableScopes()
                .put(state.scopes().domain(it.domain()).released(), now.tickMs()));
    }

    private ScopeState scope(String jobId, String id) {
        ScopeView scope = state.scopes().get(jobId, id);
        if (scope == null) {
            throw new IllegalTransitionException("job " + jobId + " has no scope " + id);
        }
        return scope.state();
    }

    private void change(String jobId, String id, UnaryOperator<ScopeState> change) {
        state.mutableScopes().put(change.apply(scope(jobId, id)));
    }

    private void opened(ScopeOpened it, Now now) {
        change(it.jobId(), it.scope(), scope -> scope.opened(it.scopeEpoch(), now.wallMs()));
    }

    private void closed(ScopeClosed it, Now now) {
        if (it.heldMs() != null) {
            held(it.jobId(), it.scope(), it.heldMs(), now);
        }
        change(it.jobId(), it.scope(), scope -> scope.in(it.again() ? Phase.PENDING : Phase.CLOSED));
    }

    private void quarantined(ScopeQuarantined it, Now now) {
        held(it.jobId(), it.scope(), it.heldMs(), now);
        DomainState domain = state.scopes().domain(it.domain());
        state.mutableScopes()
                .put(
                        domain.quarantined(new DomainState.Quarantine(
                                it.jobId(),
                                scope(it.jobId(), it.scope()).owner(),
                                it.scope(),
                                it.scopeEpoch(),
                                it.reason(),
                                now.wallMs())),
                        now.tickMs());
        boolean again = it.again();
        change(it.jobId(), it.scope(), scope -> scope.in(again ? Phase.PENDING : Phase.QUARANTINED));
    }

    /** Adds the time of this epoch to what the owner has held the domain for. */
    private void held(String jobId, String id, long ms, Now now) {
        ScopeState scope = scope(jobId, id);
        if (ms > 0) {
            state.mutableScopes().put(state.scopes().domain(scope.domain()).held(scope.owner(), ms), now.tickMs());
        }
    }
}
