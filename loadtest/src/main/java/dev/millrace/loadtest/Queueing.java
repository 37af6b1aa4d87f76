package dev.millrace.loadtest;

import dev.millrace.schemas.event.Event;
import dev.millrace.schemas.event.JobCompleted;
import dev.millrace.schemas.event.JobCounts;
import dev.millrace.schemas.event.JobProgress;
import dev.millrace.schemas.event.TaskDispatched;
import dev.millrace.schemas.event.TaskQueued;
import dev.millrace.schemas.topic.Topic;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Submits a job of 10,000 tasks to an otherwise idle stack. Measures how long it takes until the job is accepted, until all of its tasks
 * are on the log, and until the dispatcher has reported that it has all of them; how long an urgent job behind it waits for its dispatch;
 * and how long it takes to cancel the rest. Events count from the time at which a reader of committed records sees them. Usage: {@code
 * GATEWAY KAFKA ROUNDS}.
 */
public final class Queueing {
    private static final int TASKS = 10_000;

    private final Map<String, Integer> onTheLog = new HashMap<>();
    private final Map<String, Integer> known = new HashMap<>();
    private final Set<String> dispatched = new HashSet<>();
    private final Set<String> ended = new HashSet<>();

    private Queueing() {}

    public static void main(String[] args) throws Exception {
        var queueing = new Queueing();
        List<Topic> topics = List.of(
                Topic.QUEUE,
                Topic.DECISIONS,
                Topic.TASKS_URGENT,
                Topic.TASKS_NORMAL,
                Topic.TASKS_BULK,
                Topic.COMPLETIONS);
        try (var live = new Live(args[0], args[1], topics, queueing::take)) {
            queueing.run(live, Integer.parseInt(args[2]));
        }
    }

    private void take(Event event) {
        if (event instanceof TaskQueued it) {
            onTheLog.merge(it.jobId(), 1, Integer::sum);
        } else if (event instanceof JobProgress it) {
            JobCounts counts = it.counts();
            known.put(it.jobId(), counts.queued() + counts.running() + counts.finished());
        } else if (event instanceof TaskDispatched it) {
            dispatched.add(it.jobId());
        } else if (event instanceof JobCompleted it) {
            ended.add(it.jobId());
        }
    }

    private void run(Live live, int rounds) throws Exception {
        String tasks = IntStream.range(0, TASKS)
                .mapToObj(i -> "{\"id\":\"t" + i + "\",\"command\":[\"sleep\",\"1\"]}")
                .collect(Collectors.joining(","));
        long[][] ms = new long[5][rounds];
        for (int round = 0; round < rounds; round++) {
            long begin = System.nanoTime();
            String id = live.submit("bulk", spec("big", "normal", tasks));
            ms[0][round] = since(begin);
            live.await("all tasks are on the log", () -> onTheLog.getOrDefault(id, 0) == TASKS);
            ms[1][round] = since(begin);
            live.await("the dispatcher has all tasks", () -> known.getOrDefault(id, 0) == TASKS);
            ms[2][round] = since(begin);
            long urgent = System.nanoTime();
            String hurry =
                    live.submit("person", spec("urgent", "urgent", "{\"id\":\"u\",\"command\":[\"sleep\",\"1\"]}"));
            live.await("the urgent task is dispatched", () -> dispatched.contains(hurry));
            ms[3][round] = since(urgent);
            long cancel = System.nanoTime();
            live.cancel(id);
            live.await("both ended", () -> ended.contains(id) && ended.contains(hurry));
            ms[4][round] = since(cancel);
            live.pollFor(2_000);
        }
        print("accepted", ms[0]);
        print("all tasks on the log", ms[1]);
        print("all tasks with the dispatcher, which says so each half second", ms[2]);
        print("an urgent task behind them dispatched, where a slot's turn is 1,000 ms", ms[3]);
        print("all of them cancelled", ms[4]);
    }

    private static String spec(String name, String priority, String tasks) {
        return "{\"apiVersion\":\"millrace.dev/v1\",\"name\":\"" + name + "\",\"priority\":\"" + priority
                + "\",\"tasks\":[" + tasks + "]}";
    }

    private static long since(long nanos) {
        return (System.nanoTime() - nanos) / 1_000_000;
    }

    private static void print(String what, long[] ms) {
        long first = ms[0];
        Arrays.sort(ms);
        System.out.printf(
                Locale.ROOT,
                "%s: median of %d %d ms, worst %d ms, first %d ms%n",
                what,
                ms.length,
                ms[ms.length / 2],
                ms[ms.length - 1],
                first);
    }
}
