package dev.millrace.dist;

import dev.millrace.schemas.codec.EventEnvelope;
import dev.millrace.schemas.event.Decision;
import dev.millrace.schemas.event.Event;
import dev.millrace.schemas.event.JobAdmitted;
import dev.millrace.schemas.event.JobCancelling;
import dev.millrace.schemas.event.JobCompleted;
import dev.millrace.schemas.event.JobRetryStarted;
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
 * Checks what the dispatcher published against its promises: one verdict a task and run, one end a job and run, as many verdicts
 * as an end counts, no placement after a verdict or a cancellation was decided, no sequence used twice. Knows nothing of how it
 * decides. Events may come in any order; {@link #findings} looks at them in their sequence.
 */
final class LogAudit {
    private static final int MOST_FINDINGS = 100;

    /** The parts of a decision that the audit needs, in the order of a pool's sequence. */
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

    /** A verdict without its result: there may be millions. */
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
                        null)
                : decision;
    }

    long events() {
        return events;
    }

    /** When the oldest event was put on its topic. */
    long firstMs() {
        return firstMs;
    }

    long lastMs() {
        return lastMs;
    }

    /** Jobs whose last event is an end; known once {@link #findings} was called. */
    Set<String> finished() {
        return finished;
    }

    /** One pool, step by step. */
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
            if (cancelling.contains(it.jobId())) {
                find(it.taskId() + " was placed after its job was cancelled");
            }
        }

        private void completed(TaskCompleted it) {
            Integer before = verdictRuns.put(it.taskId(), it.run());
            if (before == null) {
                openVerdicts.merge(it.jobId(), 1, Integer::sum);
            } else if (before >= it.run()) {
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

    /** Broken promises, in words; none if all were kept. */
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
