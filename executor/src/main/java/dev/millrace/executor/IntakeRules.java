package dev.millrace.executor;

import dev.millrace.schemas.event.TaskDispatched;

/** Decides what an executor does with a dispatch it reads. Pure. */
final class IntakeRules {
    enum Judgement {
        /** For somebody else, or for an earlier life of this executor. */
        IGNORE,
        ACCEPT,
        /** More than it may hold, or it takes no more work: back to the scheduler, uncharged. */
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
