package dev.millrace.scheduler.state.quarantine;

import dev.millrace.scheduler.model.StandingOverride;
import dev.millrace.scheduler.state.backlog.WaitingNeeds;
import dev.millrace.scheduler.state.fleet.ExecutorView;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Which executors are trusted, as decisions see it. */
public interface QuarantineView {
    /** Returns an executor that has been suspect for long enough to be tried again, or null. */
    @Nullable
    String toTryAgain(long tickMs);

    /**
     * Returns a suspect that could run a waiting task that no other executor can run, or null.
     *
     * @param unserved the needs of the waiting tasks
     */
    @Nullable
    String wantedSuspect(WaitingNeeds unserved);

    /** Returns the marks that rest on the tasks of one owner only. Each must be cleared when another owner has work. */
    List<StandingOverride> accusedByOne();

    /** Returns the executors that are sick, judging by the ends of their attempts. */
    Set<String> toJudge();

    /** Returns the next failed verdict of a suspect whose task must run again, or null. */
    FailureScore.@Nullable Verdict nextToReopen();

    /** Returns whether the pool can do without an executor. */
    boolean canSpare(ExecutorView executor);

    /** Returns whether the failures of an executor may be its own. */
    boolean isDoubted(String executorId);

    /** Returns the tasks that failed on an executor and passed elsewhere. */
    List<String> evidence(String executorId);
}
