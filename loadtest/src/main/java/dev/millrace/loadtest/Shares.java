package dev.millrace.loadtest;

import dev.millrace.schemas.event.Event;
import dev.millrace.schemas.event.JobCompleted;
import dev.millrace.schemas.event.TaskCompleted;
import dev.millrace.schemas.event.TaskStarted;
import dev.millrace.schemas.topic.Topic;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Measures which shares of a pool of four slots the owners get if they have more work than there are slots, over windows of 30 seconds.
 * There are five scenarios: equal weights; weights of 3 to 1; one owner with brief tasks; one owner limited to one slot by its quota, and a
 * newcomer; one owner whose task no executor can run, and a newcomer. Slot time is counted from the start of each process to its end.
 * Usage: {@code GATEWAY KAFKA}. The exit code is 1 if a share differs from the expected one by more than five percent.
 */
public final class Shares {
    private static final int SLOTS = 4;
    private static final long WINDOW_MS = 30_000;
    private static final int WINDOWS = 2;
    private static final long SETTLE_MS = 5_000;
    private static final long AHEAD_MS = 15_000;
    private static final double LIMIT = 0.05;

    private final Map<String, Long> startedAtMs = new HashMap<>();
    private final Set<String> ended = new HashSet<>();
    private final List<Run> runs = new ArrayList<>();
    private boolean allWithin = true;

    private record Run(String jobId, long fromMs, long toMs) {
        long within(long from, long to) {
            return Math.max(0, Math.min(toMs, to) - Math.max(fromMs, from));
        }
    }

    /**
     * An owner and its work.
     *
     * @param weight the owner's weight in the pool
     * @param maxSlots largest number of slots by the owner's quota; 0 for no limit
     * @param napMs how long each task sleeps, in milliseconds
     * @param label value of the label that the tasks require of an executor; empty for none
     * @param due the owner's expected share of the slot time that is used
     * @param comesLater whether the owner submits its job only after the others have run for a while
     */
    private record Owner(
            String name, int weight, int maxSlots, long napMs, String label, double due, boolean comesLater) {
        static Owner steady(String name, int weight, double due) {
            return new Owner(name, weight, 0, 500, "", due, false);
        }

        Owner withNaps(long ms) {
            return new Owner(name, weight, maxSlots, ms, label, due, comesLater);
        }

        Owner withQuota(int slots) {
            return new Owner(name, weight, slots, napMs, label, due, comesLater);
        }

        Owner requiring(String nobodys) {
            return new Owner(name, weight, maxSlots, napMs, nobodys, due, comesLater);
        }

        Owner later() {
            return new Owner(name, weight, maxSlots, napMs, label, due, true);
        }

        /**
         * Returns the number of tasks: enough to keep every slot of the pool busy for a whole scenario, but at most 10,000; one if the
         * tasks require a label.
         */
        int tasks() {
            long ms = AHEAD_MS + 2 * SETTLE_MS + WINDOWS * WINDOW_MS;
            return label.isEmpty() ? (int) Math.min(10_000, SLOTS * ms / napMs) : 1;
        }

        String spec() {
            String requires = label.isEmpty() ? "" : ",\"labels\":{\"gpu\":\"" + label + "\"}";
            String command = String.format(Locale.ROOT, "[\"sleep\",\"%.3f\"]", napMs / 1_000.0);
            return "{\"apiVersion\":\"millrace.dev/v1\",\"name\":\"" + name + "\",\"project\":\"shares\",\"tasks\":["
                    + IntStream.range(0, tasks())
                            .mapToObj(i -> "{\"id\":\"t" + i + "\",\"test\":\"nap-" + napMs + "\",\"command\":"
                                    + command + requires + "}")
                            .collect(Collectors.joining(","))
                    + "]}";
        }
    }

    private record Scenario(String name, List<Owner> owners) {}

    private static List<Scenario> scenarios() {
        return List.of(
                new Scenario("equal weights", List.of(Owner.steady("a", 1, 0.5), Owner.steady("b", 1, 0.5))),
                new Scenario("3 to 1", List.of(Owner.steady("a", 1, 0.25), Owner.steady("b", 3, 0.75))),
                new Scenario(
                        "tasks of 20 ms beside tasks of 500 ms",
                        List.of(
                                Owner.steady("a", 1, 0.5),
                                Owner.steady("brief", 1, 0.5).withNaps(20))),
                new Scenario(
                        "a quota of one slot, and a newcomer",
                        List.of(
                                Owner.steady("capped", 1, 0.25).withQuota(1),
                                Owner.steady("a", 1, 0.375),
                                Owner.steady("b", 1, 0.375).later())),
                new Scenario(
                        "a label that nobody has, and a newcomer",
                        List.of(
                                Owner.steady("unservable", 1, 0).requiring("none"),
                                Owner.steady("a", 1, 0.5),
                                Owner.steady("b", 1, 0.5).later())));
    }

    private Shares() {}

    public static void main(String[] args) throws Exception {
        var shares = new Shares();
        try (var live = new Live(args[0], args[1], List.of(Topic.DECISIONS, Topic.COMPLETIONS), shares::take)) {
            for (Scenario scenario : scenarios()) {
                shares.measure(live, scenario);
            }
        }
        System.exit(shares.allWithin ? 0 : 1);
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

    private void measure(Live live, Scenario scenario) throws Exception {
        runs.clear();
        var jobs = new LinkedHashMap<Owner, String>();
        for (Owner owner : scenario.owners()) {
            String quota = "{\"weight\":" + owner.weight() + ",\"maxSlots\":" + owner.maxSlots() + "}";
            live.put("/v1/pools/default/owners/" + owner.name(), quota);
        }
        live.pollFor(1_000);
        submit(live, scenario, false, jobs);
        if (scenario.owners().stream().anyMatch(Owner::comesLater)) {
            live.pollFor(AHEAD_MS);
            submit(live, scenario, true, jobs);
        }
        live.await("all that can run do", () -> jobs.entrySet().stream()
                .filter(it -> it.getKey().due() > 0)
                .allMatch(it -> hasRun(it.getValue())));
        long from = System.currentTimeMillis() + SETTLE_MS;
        live.pollFor(SETTLE_MS + WINDOWS * WINDOW_MS + 2_000);
        for (int i = 0; i < WINDOWS; i++) {
            print(scenario, jobs, from + i * WINDOW_MS);
        }
        for (String job : jobs.values()) {
            live.cancel(job);
        }
        live.await("all are cancelled", () -> ended.containsAll(jobs.values()));
    }

    private static void submit(Live live, Scenario scenario, boolean later, Map<Owner, String> jobs) throws Exception {
        for (Owner owner : scenario.owners()) {
            if (owner.comesLater() == later) {
                jobs.put(owner, live.submit(owner.name(), owner.spec()));
            }
        }
    }

    private boolean hasRun(String jobId) {
        return runs.stream().anyMatch(run -> run.jobId().equals(jobId));
    }

    private void print(Scenario scenario, Map<Owner, String> jobs, long from) {
        long all = jobs.values().stream().mapToLong(job -> slotMs(job, from)).sum();
        System.out.printf(
                Locale.ROOT, "%s: %.1f slot seconds of %d%n", scenario.name(), all / 1e3, SLOTS * WINDOW_MS / 1_000);
        jobs.forEach((owner, job) -> {
            double is = (double) slotMs(job, from) / all;
            double off = owner.due() == 0 ? is : Math.abs(is / owner.due() - 1);
            allWithin &= off <= LIMIT;
            System.out.printf(
                    Locale.ROOT,
                    "    %-10s %.3f of it where %.3f is due: %.1f %% off%n",
                    owner.name(),
                    is,
                    owner.due(),
                    100 * off);
        });
    }

    private long slotMs(String jobId, long from) {
        return runs.stream()
                .filter(run -> run.jobId().equals(jobId))
                .mapToLong(run -> run.within(from, from + WINDOW_MS))
                .sum();
    }
}
