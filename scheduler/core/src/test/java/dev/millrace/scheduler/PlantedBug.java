package dev.millrace.scheduler;

import dev.millrace.scheduler.decide.FollowUps;
import dev.millrace.scheduler.model.DomainState;
import dev.millrace.scheduler.model.JobCounters;
import dev.millrace.scheduler.model.LiveAttempt;
import dev.millrace.scheduler.model.OwnerAccount;
import dev.millrace.scheduler.model.RetryRecord;
import dev.millrace.scheduler.model.ScopeState;
import dev.millrace.scheduler.model.Shape;
import dev.millrace.scheduler.model.TaskInfo;
import dev.millrace.scheduler.model.TaskState;
import dev.millrace.scheduler.state.Arrivals;
import dev.millrace.scheduler.state.Dirty;
import dev.millrace.scheduler.state.Orphans;
import dev.millrace.scheduler.state.PoolState;
import dev.millrace.scheduler.state.Stragglers;
import dev.millrace.scheduler.state.backlog.Backlog;
import dev.millrace.scheduler.state.fleet.ExecutorState;
import dev.millrace.scheduler.state.fleet.Fleet;
import dev.millrace.scheduler.state.quarantine.ExecutorQuarantine;
import dev.millrace.scheduler.state.quarantine.FailureScore;
import dev.millrace.scheduler.state.scope.Scopes;
import dev.millrace.schemas.event.JobStatus;
import java.util.List;
import net.bytebuddy.asm.Advice;

/** Typical programming errors. Each of them changes one method of the core. The simulation must find every one of them. */
@SuppressWarnings("UnusedVariable") // The changed method returns the value that the advice assigns.
enum PlantedBug {
    MISSING_EPOCH_CHECK(LiveAttempt.class, "is", AlwaysTrue.class),
    LOST_RETRY(Backlog.class, "add", SkipRetries.class),
    RETRY_CHARGED_TWICE(RetryRecord.class, "testRetries", Twice.class),
    RETRY_NEVER_CHARGED(RetryRecord.class, "infrastructureRetries", Zero.class),
    LEASE_THAT_NEVER_EXPIRES(ExecutorState.class, "lastHeardTick", NeverOver.class),
    LOST_DISPATCH_NEVER_MISSED(ExecutorState.class, "missing", Nothing.class),
    SEQUENCE_REUSED(PoolState.class, "decided", Skip.class),
    CANCEL_THAT_FORGETS_ITS_CURSOR(PoolState.class, "firstOpenTest", Nothing.class),
    GENERATION_NOT_COMMITTED(FollowUps.class, "next", AlwaysMayPlace.class),
    HEDGE_THAT_COUNTS_TWICE(Stragglers.class, "slotsOfHedges", Twice.class),
    HEDGE_OF_WHAT_MAY_NOT_RUN_TWICE(TaskInfo.class, "repeatable", AlwaysTrue.class),
    LOSER_NOT_DROPPED(TaskState.Live.class, "others", NoList.class),
    NEEDS_IGNORED(Shape.class, "lacks", Nothing.class),
    DRAINED_EXECUTOR_GETS_WORK(ExecutorState.class, "acceptsWork", AlwaysTrue.class),
    SLOTS_NEVER_FREED(ExecutorState.class, "reported", Skip.class),
    JOB_THAT_ENDS_TOO_EARLY(JobCounters.class, "complete", AlwaysTrue.class),
    TIE_THAT_LOSES_A_TASK(TaskInfo.class, "index", Zero.class),
    SLOTS_FREE_AT_THE_VERDICT(Fleet.class, "holds", AlwaysFalse.class),
    REVOKED_NOT_STORED(Dirty.class, "revoked", Skip.class),
    SENT_AHEAD_NEVER_CALLED_BACK(ExecutorState.class, "toRecall", Nothing.class),
    ONE_OWNER_CONDEMNS(FailureScore.class, "limitOwners", Skip.class),
    SUSPECT_FOR_EVER(ExecutorQuarantine.class, "toTryAgain", Nothing.class),
    ACCOUNT_NOT_STORED(Dirty.class, "owner", Skip.class),
    TASK_NOT_STORED(Dirty.class, "task", Skip.class),
    SECOND_OPINION_AGAIN_AND_AGAIN(RetryRecord.class, "secondOpinion", AlwaysFalse.class),
    LOST_TASK_WAITED_FOR(Arrivals.class, "overdue", Nothing.class),
    ORPHAN_FORGOTTEN(Orphans.class, "add", Skip.class),
    STATUS_THAT_HIDES_FAILURES(JobCounters.class, "status", AlwaysPassed.class),
    UNFAIR_TO_THE_LATER_NAME(OwnerAccount.class, "cost", ZeroLong.class),
    TORN_DOWN_BESIDE_A_TEST(named("state.scope.Scope"), "outstanding", Zero.class),
    SECOND_SETUP_IN_AN_EPOCH(ScopeState.class, "placedItsSetup", Unchanged.class),
    TWO_SCOPES_IN_A_DOMAIN(ScopeState.Phase.class, "holds", AlwaysFalse.class),
    QUARANTINE_FORGOTTEN(DomainState.class, "quarantined", Unchanged.class),
    TEST_LEFT_IN_THE_BACKLOG(named("state.scope.Scope"), "takeBack", Nothing.class),
    SCOPE_NOT_STORED(Dirty.class, "scope", Skip.class),
    SCOPE_NOT_LOOKED_AT(Scopes.class, "touch", Skip.class),
    TEARDOWN_NEVER_READY(named("state.scope.Scope"), "readyTeardown", Nothing.class),
    REVOKED_BESIDE_THE_TEARDOWN(named("state.scope.Scope"), "revoked", Skip.class),
    MORE_TESTS_THAN_ALLOWED(named("state.scope.Scope"), "maxParallel", Many.class);

    private final Class<?> type;
    private final String method;
    private final Class<?> advice;

    PlantedBug(Class<?> type, String method, Class<?> advice) {
        this.type = type;
        this.method = method;
        this.advice = advice;
    }

    /** Returns a class that only its package may use. */
    private static Class<?> named(String name) {
        try {
            return Class.forName("dev.millrace.scheduler." + name);
        } catch (ClassNotFoundException e) {
            throw new IllegalArgumentException(e);
        }
    }

    Class<?> type() {
        return type;
    }

    String method() {
        return method;
    }

    Class<?> advice() {
        return advice;
    }

    static final class AlwaysTrue {
        private AlwaysTrue() {}

        @Advice.OnMethodExit
        static void exit(@Advice.Return(readOnly = false) boolean result) {
            result = true;
        }
    }

    static final class AlwaysFalse {
        private AlwaysFalse() {}

        @Advice.OnMethodExit
        static void exit(@Advice.Return(readOnly = false) boolean result) {
            result = false;
        }
    }

    static final class AlwaysPassed {
        private AlwaysPassed() {}

        @Advice.OnMethodExit
        static void exit(@Advice.Return(readOnly = false) JobStatus result) {
            result = JobStatus.PASSED;
        }
    }

    static final class Twice {
        private Twice() {}

        @Advice.OnMethodExit
        static void exit(@Advice.Return(readOnly = false) int result) {
            result = 2 * result;
        }
    }

    static final class Zero {
        private Zero() {}

        @Advice.OnMethodExit
        static void exit(@Advice.Return(readOnly = false) int result) {
            result = 0;
        }
    }

    static final class Many {
        private Many() {}

        @Advice.OnMethodExit
        static void exit(@Advice.Return(readOnly = false) int result) {
            result = 1_000;
        }
    }

    static final class Unchanged {
        private Unchanged() {}

        @Advice.OnMethodExit
        static void exit(
                @Advice.This Object it,
                @Advice.Return(
                                readOnly = false,
                                typing = net.bytebuddy.implementation.bytecode.assign.Assigner.Typing.DYNAMIC)
                        Object result) {
            result = it;
        }
    }

    static final class ZeroLong {
        private ZeroLong() {}

        @Advice.OnMethodExit
        static void exit(@Advice.Return(readOnly = false) long result) {
            result = 0;
        }
    }

    static final class NeverOver {
        private NeverOver() {}

        @Advice.OnMethodExit
        static void exit(@Advice.Return(readOnly = false) long result) {
            result = Long.MAX_VALUE / 2;
        }
    }

    static final class Nothing {
        private Nothing() {}

        @Advice.OnMethodExit
        static void exit(
                @Advice.Return(
                                readOnly = false,
                                typing = net.bytebuddy.implementation.bytecode.assign.Assigner.Typing.DYNAMIC)
                        Object result) {
            result = null;
        }
    }

    static final class NoList {
        private NoList() {}

        @Advice.OnMethodExit
        static void exit(@Advice.Return(readOnly = false) List<?> result) {
            result = List.of();
        }
    }

    static final class Skip {
        private Skip() {}

        @Advice.OnMethodEnter(skipOn = Advice.OnNonDefaultValue.class)
        static boolean enter() {
            return true;
        }
    }

    static final class SkipRetries {
        private SkipRetries() {}

        @Advice.OnMethodEnter(skipOn = Advice.OnNonDefaultValue.class)
        static boolean enter(@Advice.Argument(0) TaskState.Waiting task) {
            return task.retryRecord().attempts() > 0;
        }
    }

    static final class AlwaysMayPlace {
        private AlwaysMayPlace() {}

        @Advice.OnMethodEnter
        static void enter(@Advice.Argument(value = 2, readOnly = false) boolean mayPlace) {
            mayPlace = true;
        }
    }
}
