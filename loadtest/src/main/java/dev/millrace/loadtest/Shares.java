package dev.millrace.loadtest;

import dev.millrace.schemas.event.Event;
import dev.millrace.schemas.event.JobCompleted;
import dev.millrace.schemas.event.TaskCompleted;
import dev.millrace.schemas.event.TaskStarted;
import dev.millrace.schemas.topic.Topic;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * What two owners with more work than there are slots get of a pool, over windows of 30 seconds, with equal weights and with 3 to
 * 1. Slot time is counted from the start of each process to its end. Usage: {@code GATEWAY KAFKA}.
 */
public final class Shares {
    private static final int TASKS = 900;
    private static final long WINDOW_MS = 30_000;
    private static final int WINDOWS = 2;
    private static final long SETTLE_MS = 5_000;

    private final Map<String, Long> startedAtMs = new HashMap<>();
    private final Set<String> ended = new HashSet<>();
    private final List<Run> runs = new ArrayList<>();

    private record Run(String jobId, long fromMs, long toMs) {
        long within(long from, long to) {
            return Math.max(0, Math.min(toMs, to) - Math.max(fromMs, from));
        }
    }

    private Shares() {}

    public static void main(String[] args) throws Exception {
        var shares = new Shares();
        try (var live = new Live(args[0], args[1], List.of(Topic.DECISIONS, Topic.COMPLETIONS), shares::take)) {
            String warmUp = live.submit("a", spec("warm-up", 20));
            live.await("the test has a history", () -> shares.ended.contains(warmUp));
            live.pollFor(2_000);
            for (int weight : new int[] {1, 3}) {
                shares.measure(live, weight);
            }
        }
    }

    private void take(Event event) {
        if (event instanceof TaskStarted it) {
            startedAtMs.put(it.taskId(), it.startedAtMs());
        } else if (event instanceof TaskCompleted it) {
            Long started = startedAtMs.remove(it.taskId());
            if (started != null && it.result() != null) {
                runs.add(new Run(
                        it.jobId(),
                        it.result().startedAtMs(),
                        it.result().startedAtMs() + it.result().durationMs()));
            }
        } else if (event instanceof JobCompleted it) {
            ended.add(it.jobId());
        }
    }

    private void measure(Live live, int weight) throws Exception {
        live.put("/v1/pools/default/owners/b", "{\"weight\":" + weight + ",\"maxSlots\":0}");
        live.pollFor(1_000);
        runs.clear();
        String a = live.submit("a", spec("a", TASKS));
        String b = live.submit("b", spec("b", TASKS));
        live.await("both run", () -> running(a) && running(b));
        long from = System.currentTimeMillis() + SETTLE_MS;
        live.pollFor(SETTLE_MS + WINDOWS * WINDOW_MS + 2_000);
        for (int i = 0; i < WINDOWS; i++) {
            print(weight, a, b, from + i * WINDOW_MS);
        }
        live.cancel(a);
        live.cancel(b);
        live.await("both are cancelled", () -> ended.contains(a) && ended.contains(b));
    }

    private boolean running(String jobId) {
        return startedAtMs.keySet().stream().anyMatch(task -> task.startsWith(jobId));
    }

    private void print(int weight, String a, String b, long from) {
        long ofA = slotMs(a, from);
        long ofB = slotMs(b, from);
        double should = weight / (weight + 1.0);
        double is = (double) ofB / (ofA + ofB);
        System.out.printf(
                Locale.ROOT,
                "%d to 1 over 30 s: %.1f and %.1f slot seconds, %.3f of the pool where %.3f is due: %.1f %% off%n",
                weight,
                ofB / 1_000.0,
                ofA / 1_000.0,
                is,
                should,
                100 * Math.abs(is / should - 1));
    }

    private long slotMs(String jobId, long from) {
        return runs.stream()
                .filter(run -> run.jobId().equals(jobId))
                .mapToLong(run -> run.within(from, from + WINDOW_MS))
                .sum();
    }

    private static String spec(String name, int tasks) {
        return "{\"apiVersion\":\"millrace.dev/v1\",\"name\":\"" + name + "\",\"project\":\"shares\",\"tasks\":["
                + IntStream.range(0, tasks)
                        .mapToObj(i -> "{\"id\":\"t" + i + "\",\"test\":\"nap\",\"command\":[\"sleep\",\"0.5\"]}")
                        .collect(Collectors.joining(","))
                + "]}";
    }
}
