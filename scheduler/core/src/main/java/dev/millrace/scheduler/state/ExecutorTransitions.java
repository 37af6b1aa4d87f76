package dev.millrace.scheduler.state;

import dev.millrace.scheduler.model.JobState;
import dev.millrace.scheduler.model.Now;
import dev.millrace.scheduler.model.Registration;
import dev.millrace.scheduler.model.StandingOverride;
import dev.millrace.scheduler.model.TaskState;
import dev.millrace.scheduler.state.Transition.Subject;
import dev.millrace.scheduler.state.fleet.ExecutorState;
import dev.millrace.scheduler.state.fleet.Reservation;
import dev.millrace.scheduler.state.quarantine.FailureScore;
import dev.millrace.schemas.event.ExecutorDraining;
import dev.millrace.schemas.event.ExecutorHeartbeat;
import dev.millrace.schemas.event.ExecutorJoined;
import dev.millrace.schemas.event.ExecutorMarked;
import dev.millrace.schemas.event.ExecutorOffline;
import dev.millrace.schemas.event.ExecutorOnline;
import dev.millrace.schemas.event.ExecutorReserved;
import dev.millrace.schemas.event.LeaseExpired;
import dev.millrace.schemas.event.Standing;
import org.jspecify.annotations.Nullable;

/** Changes executors: their arrival, their departure, and whether they get work. */
final class ExecutorTransitions {
    private final PoolState state;

    ExecutorTransitions(PoolState state) {
        this.state = state;
    }

    void register(Transitions all) {
        all.on(ExecutorOnline.class, Subject.EXECUTOR, ExecutorOnline::executorId, this::online);
        all.on(ExecutorDraining.class, Subject.EXECUTOR, ExecutorDraining::executorId, this::draining);
        all.on(ExecutorOffline.class, Subject.EXECUTOR, ExecutorOffline::executorId, this::offline);
        all.on(LeaseExpired.class, Subject.EXECUTOR, LeaseExpired::executorId, this::leaseExpired);
        all.on(ExecutorMarked.class, Subject.EXECUTOR, ExecutorMarked::executorId, this::marked);
        all.on(ExecutorHeartbeat.class, Subject.EXECUTOR, ExecutorHeartbeat::executorId, this::heartbeat);
        all.on(ExecutorReserved.class, Subject.EXECUTOR, ExecutorReserved::executorId, this::reserved);
        // Changes nothing: the input {@code ExecutorOnline} has already registered the executor.
        all.always(ExecutorJoined.class, (it, now) -> {});
    }

    private void online(ExecutorOnline it, Now now) {
        ExecutorState before = state.mutableFleet().get(it.executorId());
        if (before != null && before.registration().incarnation().equals(it.incarnation())) {
            state.mutableFleet().change(before, ExecutorState::resume);
        } else {
            left(before, now);
            var executor =
                    new ExecutorState(Registration.of(it, before == null ? null : before.registration()), now.tickMs());
            state.mutableFleet().put(state.mutableQuarantine().joined(executor));
        }
        changed(it.executorId(), now);
    }

    private void draining(ExecutorDraining it, Now now) {
        state.mutableFleet().change(state.mutableFleet().get(it.executorId()), executor -> executor.drain(it.reason()));
        changed(it.executorId(), now);
    }

    private void changed(String executorId, Now now) {
        state.dirty().executor(executorId);
        state.noteEmptiness(now);
    }

    private void offline(ExecutorOffline it, Now now) {
        remove(it.executorId(), now);
    }

    private void leaseExpired(LeaseExpired it, Now now) {
        if (state.mutableFleet().get(it.executorId(), it.incarnation()) != null) {
            remove(it.executorId(), now);
        }
    }

    private void remove(String executorId, Now now) {
        left(state.mutableFleet().remove(executorId), now);
        state.mutableQuarantine().left(executorId);
        changed(executorId, now);
    }

    /** Handles the attempts of an executor that is gone: they hold no slots any more, but their ends may still be reported. */
    private void left(@Nullable ExecutorState gone, Now now) {
        if (gone != null) {
            state.orphans().leftBy(gone, state::live, now.tickMs());
            gone.holdings().forEach(holding -> state.revoked().freed(holding, null, now));
        }
    }

    private void heartbeat(ExecutorHeartbeat it, Now now) {
        state.mutableFleet().change(state.mutableFleet().get(it.executorId()), executor -> {
            executor.heard(now.tickMs());
            if (it.attempts() != null) {
                executor.reconcile(it.attempts(), it.sentAtMs(), now.tickMs());
            }
        });
    }

    private void reserved(ExecutorReserved it, Now now) {
        TaskState task = state.task(it.taskId());
        if (task != null) {
            state.mutableFleet()
                    .reserve(new Reservation(
                            it.executorId(),
                            task.info().needs(),
                            it.taskId(),
                            task.info().owner(),
                            it.slots(),
                            now.tickMs()));
        }
    }

    private void marked(ExecutorMarked it, Now now) {
        if (it.by().equals(ExecutorMarked.BY_ITSELF)) {
            // The executor said so itself. That holds only for this incarnation, and its registration already records
            // it.
            return;
        }
        boolean active = it.standing() == Standing.ACTIVE;
        StandingOverride before = state.mark(it.executorId());
        if (it.standing() == Standing.SUSPECT && (before == null || before.standing() != Standing.SUSPECT)) {
            doubtVerdicts(it.executorId());
        }
        boolean byScheduler = it.by().equals(ExecutorMarked.BY_SCHEDULER);
        FailureScore score = byScheduler ? state.mutableQuarantine().suspicion().known(it.executorId()) : null;
        String onlyAccuser = score == null ? null : score.onlyAccuser();
        // An executor that the scheduler clears is only on trial, because it may turn out to be as sick as before.
        state.mutableQuarantine()
                .set(
                        it.executorId(),
                        active
                                ? null
                                : new StandingOverride(
                                        it.executorId(), it.standing(), it.by(), it.reason(), onlyAccuser),
                        byScheduler,
                        now.tickMs());
        state.noteEmptiness(now);
    }

    /**
     * Notes the tasks to which a suspect gave a failed verdict in the current run of their job, and that another executor could run. They
     * must run again elsewhere.
     */
    private void doubtVerdicts(String executorId) {
        state.mutableQuarantine().suspicion().of(executorId).failedVerdicts().stream()
                .filter(verdict -> state.job(verdict.task().jobId()) instanceof JobState.Running job
                        && verdict.retryRecord().run() >= job.run())
                .filter(verdict ->
                        state.fleet().couldRunElsewhere(verdict.task().needs(), executorId))
                .forEach(state.mutableQuarantine().toReopen()::add);
    }
}
