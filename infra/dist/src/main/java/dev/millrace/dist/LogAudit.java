package dev.millrace.dist;

import dev.millrace.schemas.codec.EventEnvelope;
import dev.millrace.schemas.event.Decision;
import dev.millrace.schemas.event.Event;
import dev.millrace.schemas.event.JobAdmitted;
import dev.millrace.schemas.event.JobCancelling;
import dev.millrace.schemas.event.JobCompleted;
import dev.millrace.schemas.event.JobRetryStarted;
import dev.millrace.schemas.event.PlacementRule;
import dev.millrace.schemas.event.TaskCompleted;
import dev.millrace.schemas.event.TaskPlaced;
import dev.millrace.schemas.event.TaskReopened;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Checks that the events that the dispatcher published keep its promises: one verdict for each task and run, one end for each job and run,
 * as many verdicts as the end counts, no placement after a verdict or a cancellation was decided, no sequence number used twice. The audit
 * does not depend on how the dispatcher decides. Events may be added in any order; {@link #findings} checks them in the order of their
 * sequence numbers.
 */
final class LogAudit {
    private static final int MOST_FINDINGS = 100;

    /** A decision, without the parts that the audit does not need, and its sequence number in its pool. */
    private record Step(long sequence, Event event) {}

    private final Map<String, List<Step>> pools = new TreeMap<>();
    private final Set<String> finished = new HashSet<>();
    private long firstMs = Long.MAX_VALUE;
    private long lastMs;
    private long events;

    void add(EventEnvelope envelope, long atMs) {
        events++;
        firstMs = Math.min(firstMs, atMs);
        lastMs = Math.max(lastMs, atMs);
        if (envelope.data() instanceof Decision decision) {
            pools.computeIfAbsent(decision.pool(), pool -> new ArrayList<>())
                    .add(new Step(decision.sequence(), slim(decision)));
        }
    }

    /** Returns the decision; a verdict loses its result and its texts to save memory, since there may be millions of verdicts. */
    private static Event slim(Decision decision) {
        return decision instanceof TaskCompleted it
                ? new TaskCompleted(
                        it.taskId(),
                        it.jobId(),
                        it.pool(),
                        it.sequence(),
                        it.index(),
                        "",
                        "",
                        "",
                        it.run(),
                        it.verdict(),
                        it.outcome(),
                        it.attempts(),
                        it.decidedBy(),
                        it.epoch(),
                        it.executorId(),
                        it.flaky(),
                        it.gating(),
                        "",
                        0,
                        0,
                        null,
                        it.scope(),
                        it.role())
                : decision;
    }

    long events() {
        return events;
    }

    /** Returns when the oldest event was written to its topic. */
    long firstMs() {
        return firstMs;
    }

    long lastMs() {
        return lastMs;
    }

    /** Returns the jobs whose last event is their end; known only after a call of {@link #findings}. */
    Set<String> finished() {
        return finished;
    }

    /** Checks the decisions of a pool, one after the other. */
    private final class Walk {
        final List<String> findings;
        final Map<String, Integer> verdictRuns = new HashMap<>();
        final Map<String, Integer> openVerdicts = new HashMap<>();
        final Set<String> decided = new HashSet<>();
        final Set<String> cancelling = new HashSet<>();
        final Set<String> admitted = new HashSet<>();
        long last = Long.MIN_VALUE;

        Walk(List<String> findings) {
            this.findings = findings;
        }

        void take(Step step) {
            if (step.sequence() == last) {
                find("the sequence " + step.sequence() + " was used twice");
            }
            last = step.sequence();
            Event event = step.event();
            if (event instanceof JobAdmitted it) {
                admitted.add(it.jobId());
            } else if (event instanceof TaskPlaced it) {
                placed(it);
            } else if (event instanceof JobCancelling it) {
                cancelling.add(it.jobId());
            } else if (event instanceof TaskReopened it) {
                decided.remove(it.taskId());
            } else if (event instanceof TaskCompleted it) {
                completed(it);
            } else if (event instanceof JobRetryStarted it) {
                finished.remove(it.jobId());
                cancelling.remove(it.jobId());
            } else if (event instanceof JobCompleted it) {
                ended(it);
            }
        }

        private void placed(TaskPlaced it) {
            if (decided.contains(it.taskId())) {
                find(it.taskId() + " was placed after its verdict");
            }
            boolean isTeardown = it.reason() != null && it.reason().rule() == PlacementRule.TEARDOWN;
            if (cancelling.contains(it.jobId()) && !isTeardown) {
                find(it.taskId() + " was placed after its job was cancelled");
            }
        }

        private void completed(TaskCompleted it) {
            Integer before = verdictRuns.put(it.taskId(), it.run());
            if (before == null && it.role() == null) {
                openVerdicts.merge(it.jobId(), 1, Integer::sum);
            } else if (before != null && before >= it.run()) {
                find(it.taskId() + " has a second verdict for run " + it.run());
            }
            decided.add(it.taskId());
        }

        private void ended(JobCompleted it) {
            if (!finished.add(it.jobId())) {
                find("job " + it.jobId() + " ended twice");
            }
            int verdicts = openVerdicts.getOrDefault(it.jobId(), 0);
            boolean whole = admitted.contains(it.jobId());
            if (whole && verdicts != it.counts().finished()) {
                find("job " + it.jobId() + " ended with " + it.counts().finished() + " tasks, and " + verdicts
                        + " have a verdict");
            }
        }

        private void find(String finding) {
            if (findings.size() < MOST_FINDINGS) {
                findings.add(finding);
            }
        }
    }

    /** Returns the broken promises as texts for the user; empty if all promises were kept. */
    List<String> findings() {
        finished.clear();
        var findings = new ArrayList<String>();
        pools.values().forEach(steps -> {
            steps.sort(Comparator.comparingLong(Step::sequence));
            var walk = new Walk(findings);
            steps.forEach(walk::take);
        });
        return findings;
    }
}
