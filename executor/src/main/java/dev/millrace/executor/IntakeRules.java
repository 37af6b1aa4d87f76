package dev.millrace.executor;

import dev.millrace.schemas.event.TaskDispatched;

/** Decides what an executor does with a dispatch it reads. Pure. */
final class IntakeRules {
    enum Judgement {
        /** The dispatch is for another executor or an earlier incarnation, or its attempt is already held or revoked. */
        IGNORE,
        ACCEPT,
        /** The executor is full or takes no more work. The attempt goes back to the scheduler and is charged to no budget. */
        GIVE_BACK
    }

    private IntakeRules() {}

    static Judgement judge(
            TaskDispatched dispatch,
            String executorId,
            String incarnation,
            boolean alreadyHeldOrRevoked,
            boolean draining,
            int held,
            int maxHeld) {
        if (!dispatch.executorId().equals(executorId)
                || !dispatch.incarnation().equals(incarnation)
                || alreadyHeldOrRevoked) {
            return Judgement.IGNORE;
        }
        return draining || held >= maxHeld ? Judgement.GIVE_BACK : Judgement.ACCEPT;
    }
}
