package dev.millrace.schemas.history;

import dev.millrace.schemas.Ids;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * That a test is known to be flaky: of late it has both failed and passed in the same task, that is with the same inputs, in
 * two jobs or more. A pure function of the history, so whoever asks with the same samples gets the same answer.
 *
 * @param version of the rule, {@value #RULE}
 * @param flakyTasks how many tasks saw it fail and pass
 * @param tasks of how many it is known from, the newest {@value #NEWEST_TASKS} at most
 * @param evidence ids of tasks that saw it fail and pass, the newest first, {@value #MAX_EVIDENCE} at most
 * @param expiresAtMs until when the verdict holds if nothing new speaks for it
 */
public record FlakyVerdict(
        int version, int flakyTasks, int tasks, List<String> evidence, long lastSeenAtMs, long expiresAtMs) {
    public static final int RULE = 1;

    private static final int NEWEST_TASKS = 20;
    private static final int MAX_EVIDENCE = 5;
    private static final int FEWEST_JOBS = 2;
    private static final int BROKEN_AFTER = 3;
    private static final long HOLDS_MS = TimeUnit.DAYS.toMillis(14);

    /** The runs of the test in one task. */
    private static final class Seen {
        final String taskId;
        final long lastAtMs;
        boolean passed;
        boolean failed;

        Seen(String taskId, long lastAtMs) {
            this.taskId = taskId;
            this.lastAtMs = lastAtMs;
        }
    }

    public FlakyVerdict {
        evidence = List.copyOf(evidence);
    }

    /**
     * The verdict on a test, if it is flaky. One that failed in all of its last {@value #BROKEN_AFTER} tasks is broken,
     * whatever it was before, and is no reason to look away.
     *
     * @param samples of the test, newest first
     */
    public static Optional<FlakyVerdict> of(List<Sample> samples, long nowMs) {
        List<Seen> tasks = byTask(samples);
        boolean broken = tasks.size() >= BROKEN_AFTER
                && tasks.stream().limit(BROKEN_AFTER).noneMatch(seen -> seen.passed);
        List<Seen> flaky =
                tasks.stream().filter(seen -> seen.passed && seen.failed).toList();
        long jobs = flaky.stream()
                .map(seen -> Ids.jobOfTask(seen.taskId))
                .distinct()
                .count();
        if (broken || jobs < FEWEST_JOBS) {
            return Optional.empty();
        }
        long lastSeenAtMs = flaky.get(0).lastAtMs;
        if (nowMs > lastSeenAtMs + HOLDS_MS) {
            return Optional.empty();
        }
        List<String> evidence =
                flaky.stream().limit(MAX_EVIDENCE).map(seen -> seen.taskId).toList();
        return Optional.of(
                new FlakyVerdict(RULE, flaky.size(), tasks.size(), evidence, lastSeenAtMs, lastSeenAtMs + HOLDS_MS));
    }

    private static List<Seen> byTask(List<Sample> samples) {
        Map<String, Seen> tasks = new LinkedHashMap<>();
        for (Sample sample : samples) {
            String taskId = sample.taskId();
            if (taskId == null || (tasks.size() == NEWEST_TASKS && !tasks.containsKey(taskId))) {
                continue;
            }
            Seen seen = tasks.computeIfAbsent(taskId, id -> new Seen(id, sample.finishedAtMs()));
            seen.passed |= sample.passed();
            seen.failed |= !sample.passed();
        }
        return new ArrayList<>(tasks.values());
    }
}
