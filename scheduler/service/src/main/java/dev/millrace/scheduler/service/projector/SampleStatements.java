package dev.millrace.scheduler.service.projector;

import com.datastax.oss.driver.api.core.cql.BoundStatement;
import dev.millrace.schemas.event.AttemptResult;
import dev.millrace.schemas.event.Outcome;
import dev.millrace.schemas.event.RetryBudget;
import dev.millrace.schemas.event.UnitResult;
import dev.millrace.schemas.history.HistoryKey;
import dev.millrace.schemas.history.SampleBuckets;
import java.util.ArrayList;
import java.util.List;

/** Makes the writes that add the results of attempts to the runtime history. */
final class SampleStatements {
    private final Inserts inserts;

    SampleStatements(Inserts inserts) {
        this.inserts = inserts;
    }

    /**
     * Returns the writes that add an attempt to the history: one sample for each finished unit, or one sample for a command without units.
     * None if the outcome says nothing about the test.
     *
     * @param units the units of the result, whether they came in the event or in a blob
     */
    List<BoundStatement> of(
            String taskId,
            String historyKey,
            String eventId,
            long finishedAtMs,
            AttemptResult result,
            List<UnitResult> units) {
        var out = new ArrayList<BoundStatement>();
        HistoryKey key = HistoryKey.parse(historyKey);
        // A failure of the platform says nothing about a test.
        boolean ofTheTest =
                result.outcome() == Outcome.PASSED || result.outcome().budget() == RetryBudget.TEST;
        if (!ofTheTest) {
            return out;
        }
        if (units.isEmpty()) {
            sample(
                    out,
                    taskId,
                    key,
                    key.test(),
                    finishedAtMs,
                    eventId,
                    result.durationMs(),
                    result.outcome() == Outcome.PASSED);
        }
        for (UnitResult unit : units) {
            if (unit.finished()) {
                boolean passed = unit.counts().failed() == 0 && unit.counts().errors() == 0;
                sample(out, taskId, key, unit.name(), finishedAtMs, eventId, unit.durationMs(), passed);
            }
        }
        return out;
    }

    private void sample(
            List<BoundStatement> out,
            String taskId,
            HistoryKey key,
            String test,
            long finishedAtMs,
            String eventId,
            long durationMs,
            boolean passed) {
        inserts.add(
                out,
                "runtime_samples",
                "project,suite,bucket,test,finished_at,event_id,duration_ms,outcome,task_id",
                1,
                key.project(),
                key.suite(),
                SampleBuckets.of(test),
                test,
                finishedAtMs,
                eventId,
                durationMs,
                passed ? "passed" : "failed",
                taskId);
        if (!passed) {
            inserts.add(
                    out,
                    "failed_tests",
                    "project,suite,test,last_failed_at",
                    finishedAtMs,
                    key.project(),
                    key.suite(),
                    test,
                    finishedAtMs);
        }
    }
}
