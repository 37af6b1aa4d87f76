package dev.millrace.loadtest;

import dev.millrace.schemas.event.Event;
import dev.millrace.schemas.event.JobCompleted;
import dev.millrace.schemas.event.TaskCompleted;
import dev.millrace.schemas.event.TaskDispatched;
import dev.millrace.schemas.event.TaskQueued;
import dev.millrace.schemas.topic.PoolPartitioner;
import dev.millrace.schemas.topic.Topic;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Measures two scheduler processes with a long backlog: how long it takes to accept and to queue a big job, how long an urgent job behind
 * all big jobs waits, and the longest time without a dispatch when the active scheduler is killed, and when it is stopped by SIGSTOP and
 * continues later. At the end it cancels all jobs and counts the verdicts. Events count from the time at which a reader of committed
 * records sees them. Usage: {@code GATEWAY KAFKA LAUNCHER WORK-DIRECTORY JOBS COMMON-SETTING...}.
 */
public final class Failover {
    private static final int TASKS = 10_000;
    private static final String POOL = "default";
    private static final int POOL_PARTITIONS = 4;
    private static final Pattern PARTITION = Pattern.compile("partition\"?[=:]\"?(\\d+)");
    private static final Pattern TIME = Pattern.compile("\"timestamp\":\\d{13}");

    private final String launcher;
    private final Path work;
    private final List<String> settings;
    private final Live live;
    private final Map<String, Integer> queued = new HashMap<>();
    private final Map<String, Integer> verdicts = new HashMap<>();
    private final Set<String> attempts = new HashSet<>();
    private final Set<String> ended = new HashSet<>();
    private final Map<String, Long> dispatchedAt = new HashMap<>();
    private final List<String> broken = new ArrayList<>();
    private long lastDispatchMs = System.currentTimeMillis();
    private long longestGapMs;

    private Failover(String[] args) {
        launcher = args[2];
        work = Path.of(args[3]);
        settings = List.of(args).subList(5, args.length);
        live = new Live(
                args[0],
                args[1],
                List.of(Topic.QUEUE, Topic.TASKS_URGENT, Topic.TASKS_NORMAL, Topic.TASKS_BULK, Topic.COMPLETIONS),
                this::take);
    }

    /** One scheduler process and its log file. */
    private record Instance(Process process, Path log) {
        /** Returns the timestamp in the log at which the process last took over the partition; empty if it never did. */
        String took(int partition) {
            try (var lines = Files.lines(log)) {
                return lines.filter(line -> line.contains("dispatcher partition starts"))
                        .filter(line -> PARTITION.matcher(line).results().anyMatch(it -> it.group(1)
                                .equals(Integer.toString(partition))))
                        .flatMap(line -> TIME.matcher(line)
                                .results()
                                .map(MatchResult::group)
                                .limit(1))
                        .reduce("", (earlier, later) -> later);
            } catch (IOException e) {
                return "";
            }
        }
    }

    public static void main(String[] args) throws Exception {
        new Failover(args).run(Integer.parseInt(args[4]));
    }

    private void run(int jobs) throws Exception {
        int partition = PoolPartitioner.partition(POOL, POOL_PARTITIONS);
        var instances = new ArrayList<>(List.of(start("first")));
        live.await(
                "the first scheduler decides",
                () -> !instances.get(0).took(partition).isEmpty());
        instances.add(start("second"));
        live.pollFor(15_000);
        List<String> ids = submitAll(jobs);
        urgent();

        Instance killed = active(instances, partition);
        instances.remove(killed);
        signal(killed, "KILL");
        long killedAtMs = System.currentTimeMillis();
        say("kill -9 of the active scheduler", gapOver(20_000));
        explain(active(instances, partition), partition, killedAtMs);
        instances.add(start("third"));
        live.pollFor(30_000);

        Instance zombie = active(instances, partition);
        signal(zombie, "STOP");
        long stoppedAtMs = System.currentTimeMillis();
        say("SIGSTOP of the active scheduler", gapOver(20_000));
        explain(active(instances, partition), partition, stoppedAtMs);
        signal(zombie, "CONT");
        say("in the quarter of a minute after it came back", gapOver(15_000));

        for (String id : ids) {
            live.cancel(id);
        }
        live.await("every job has ended", () -> ended.containsAll(ids));
        long decided =
                ids.stream().mapToLong(id -> verdicts.getOrDefault(id, 0)).sum();
        System.out.printf(
                Locale.ROOT,
                "%d tasks, %d verdicts, broken promises: %s%n",
                (long) jobs * TASKS,
                decided,
                broken.isEmpty() ? "none" : broken.subList(0, Math.min(5, broken.size())));
        instances.forEach(it -> it.process().destroy());
    }

    private List<String> submitAll(int jobs) throws Exception {
        String tasks = IntStream.range(0, TASKS)
                .mapToObj(i -> "{\"id\":\"t" + i + "\",\"command\":[\"sleep\",\"0.2\"]}")
                .collect(Collectors.joining(","));
        var ids = new ArrayList<String>();
        long[] accepted = new long[jobs];
        long[] allQueued = new long[jobs];
        for (int i = 0; i < jobs; i++) {
            String spec = "{\"apiVersion\":\"millrace.dev/v1\",\"name\":\"big-" + i + "\",\"tasks\":[" + tasks + "]}";
            long begin = System.currentTimeMillis();
            String id = live.submit("local", spec);
            accepted[i] = System.currentTimeMillis() - begin;
            live.await("it is queued", () -> queued.getOrDefault(id, 0) == TASKS);
            allQueued[i] = System.currentTimeMillis() - begin;
            ids.add(id);
        }
        Arrays.sort(accepted);
        Arrays.sort(allQueued);
        System.out.printf(
                Locale.ROOT,
                "a job of %d tasks: accepted after %d ms (worst %d), all queued after %d ms (worst %d)%n",
                TASKS,
                accepted[jobs / 2],
                accepted[jobs - 1],
                allQueued[jobs / 2],
                allQueued[jobs - 1]);
        return ids;
    }

    private void urgent() throws Exception {
        long[] waits = new long[10];
        for (int i = 0; i < waits.length; i++) {
            String spec = "{\"apiVersion\":\"millrace.dev/v1\",\"name\":\"urgent\",\"priority\":\"urgent\","
                    + "\"tasks\":[{\"id\":\"u\",\"command\":[\"sleep\",\"0.2\"]}]}";
            long begin = System.currentTimeMillis();
            String id = live.submit("local", spec);
            live.await("the urgent task is dispatched", () -> dispatchedAt.containsKey(id));
            waits[i] = dispatchedAt.getOrDefault(id, 0L) - begin;
        }
        Arrays.sort(waits);
        System.out.printf(
                Locale.ROOT,
                "an urgent task behind them: dispatched after %d ms (worst of %d: %d ms); a slot's turn is 200 ms%n",
                waits[waits.length / 2],
                waits.length,
                waits[waits.length - 1]);
    }

    private static void explain(Instance successor, int partition, long sinceMs) {
        String took = successor.took(partition).replaceAll("[^0-9]", "");
        if (!took.isEmpty()) {
            System.out.printf(
                    Locale.ROOT,
                    "  of which %d ms until the successor had its state%n",
                    Long.parseLong(took) - sinceMs);
        }
    }

    private static void say(String what, long gapMs) {
        System.out.printf(Locale.ROOT, "%s: the longest time without a dispatch was %d ms%n", what, gapMs);
    }

    private Instance start(String name) throws IOException {
        Path log = work.resolve(name + ".log");
        var command = new ArrayList<>(List.of(launcher, "serve", "scheduler"));
        settings.forEach(setting -> command.addAll(List.of("--set", setting)));
        command.addAll(List.of("--set", "scheduler.stateDirectory=" + work.resolve(name + "-state")));
        var builder = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
        builder.environment().put("MILLRACE_NO_BUILD", "1");
        return new Instance(builder.start(), log);
    }

    private static Instance active(List<Instance> instances, int partition) {
        return instances.stream()
                .max(Comparator.comparing((Instance it) -> it.took(partition)))
                .orElseThrow();
    }

    private static void signal(Instance instance, String signal) throws Exception {
        new ProcessBuilder(
                        "kill", "-" + signal, Long.toString(instance.process().pid()))
                .start()
                .waitFor();
    }

    private long gapOver(long ms) {
        longestGapMs = 0;
        live.pollFor(ms);
        return Math.max(longestGapMs, System.currentTimeMillis() - lastDispatchMs);
    }

    private void take(Event event) {
        if (event instanceof TaskQueued it) {
            queued.merge(it.jobId(), 1, Integer::sum);
        } else if (event instanceof TaskDispatched it) {
            long now = System.currentTimeMillis();
            longestGapMs = Math.max(longestGapMs, now - lastDispatchMs);
            lastDispatchMs = now;
            dispatchedAt.putIfAbsent(it.jobId(), now);
            if (!attempts.add(it.taskId() + "#" + it.attempt())) {
                broken.add("dispatched twice: " + it.attemptKey().text());
            }
        } else if (event instanceof TaskCompleted it) {
            verdicts.merge(it.jobId(), 1, Integer::sum);
            if (!attempts.add(it.taskId() + " run " + it.run())) {
                broken.add("a second verdict: " + it.taskId());
            }
        } else if (event instanceof JobCompleted it && !ended.add(it.jobId())) {
            broken.add("a second end: " + it.jobId());
        }
    }
}
