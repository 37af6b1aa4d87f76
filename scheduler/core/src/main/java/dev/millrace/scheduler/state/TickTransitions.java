package dev.millrace.scheduler.state;

import dev.millrace.scheduler.model.Now;
import dev.millrace.scheduler.model.TaskState;
import dev.millrace.scheduler.state.backlog.Charge;
import dev.millrace.scheduler.state.fleet.Reservation;
import dev.millrace.schemas.event.Tick;

/** Applies the passage of time: charges of what runs long, the end of holds and probations, and what is forgotten. */
final class TickTransitions {
    private final PoolState state;

    TickTransitions(PoolState state) {
        this.state = state;
    }

    void register(Transitions all) {
        all.always(Tick.class, (it, now) -> tick(now));
    }

    private void tick(Now now) {
        state.noteEmptiness(now);
        state.overruns().forget(now.tickMs());
        state.mutableBacklog().settlements().chargeOverruns(now.tickMs(), this::recharged);
        Reservation reservation = state.fleet().reservation();
        if (reservation != null) {
            long idleMs = state.mutableFleet().idleHeldMs(now.tickMs());
            if (state.backlog().competes(reservation.owner())) {
                state.mutableBacklog().chargeIdle(reservation.owner(), idleMs, now.tickMs());
                state.mutableFleet().expireReservation(state.config().reservationMs(), now.tickMs());
            } else {
                state.mutableFleet().endHold();
            }
        }
        state.mutableQuarantine().endProbations(state.config().probationMs(), now.tickMs());
        state.jobs()
                .forget(
                        state.config().tombstoneMs(),
                        now.wallMs(),
                        state.config().maxEventsPerInput());
    }

    private void recharged(Charge charge) {
        TaskState.Live task = state.live(charge.taskId());
        if (task != null) {
            state.tasks().set(task.charged(charge.attempt().epoch(), charge.cost()));
        }
    }
}
