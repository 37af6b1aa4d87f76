package dev.millrace.schemas.history;

import dev.millrace.schemas.Ids;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * States that a test is known to be flaky: it recently both failed and passed in the same task, that is with the same inputs, and this
 * happened in two or more jobs. The verdict is a pure function of the samples and the current time, so the same samples at the same time
 * always give the same verdict.
 *
 * @param version version of the rule that gave the verdict, {@value #RULE}
 * @param flakyTasks number of tasks in which the test both failed and passed
 * @param tasks number of tasks that were examined: the newest in which the test ran, {@value #NEWEST_TASKS} at most
 * @param evidence ids of tasks in which the test both failed and passed, newest first, {@value #MAX_EVIDENCE} at most
 * @param expiresAtMs when the verdict expires unless the test is flaky in another task before
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
     * Returns the verdict on a test, or nothing if the test is not known to be flaky. A test that did not pass in any of its last {@value
     * #BROKEN_AFTER} tasks counts as broken and not as flaky, whatever it did before, so that its failures are not excused.
     *
     * @param samples the samples of the test, newest first
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
