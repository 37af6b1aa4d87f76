package dev.millrace.dist;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.cli.CliException;
import dev.millrace.cli.ExitCode;
import dev.millrace.cli.Screen;
import dev.millrace.scheduler.simulation.Trace;
import dev.millrace.scheduler.simulation.TraceRecorder;
import dev.millrace.scheduler.simulation.WhatIf;
import dev.millrace.scheduler.simulation.WhatIf.Policy;
import dev.millrace.schemas.json.Json;
import dev.millrace.schemas.topic.Topic;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Replays a recording under other policies. */
@Command(
        name = "whatif",
        mixinStandardHelpOptions = true,
        description = {
            "Replays what happened in a pool under other policies, offline, and compares makespan and waits.",
            "First under the recorded policy: unless that gives the recorded makespan within 2 %%, the others prove nothing,",
            "and the exit code is 5."
        })
final class WhatIfCommand implements Callable<Integer> {
    private static final double BELIEVED_WITHIN = 0.02;
    private static final double MS_PER_S = 1_000;

    private final Screen screen;
    private final RunningServers servers;

    @Option(
            names = "--policy",
            split = ",",
            paramLabel = "POLICY",
            description = "recorded, no-fair-share, fifo, shortest-first, longest-first (default: all of them).")
    private List<String> policies = List.of();

    @Option(
            names = "--day",
            paramLabel = "DATE",
            description = "Jobs started on that day, such as 2026-11-22, local time.")
    private @Nullable String day;

    @Option(
            names = "--from",
            paramLabel = "TIME",
            description = "Jobs started from then on, such as 2026-11-22T08:00:00Z.")
    private @Nullable String from;

    @Option(names = "--to", paramLabel = "TIME", description = "Jobs started before then.")
    private @Nullable String to;

    @Option(names = "--pool", paramLabel = "POOL", description = "Default: ${DEFAULT-VALUE}.")
    private String pool = "default";

    @Option(names = "--trace", paramLabel = "FILE", description = "A trace that was saved, instead of the topics.")
    private @Nullable Path trace;

    @Option(names = "--save", paramLabel = "FILE", description = "Save the trace, and replay it as well.")
    private @Nullable Path save;

    @Option(
            names = "--kafka",
            paramLabel = "HOST:PORT",
            description = "Where the topics are (default: the embedded stack that runs here).")
    private @Nullable String kafka;

    @Option(names = "--output", paramLabel = "FORMAT", description = "text or json (default: ${DEFAULT-VALUE}).")
    private String output = "text";

    WhatIfCommand(Screen screen, RunningServers servers) {
        this.screen = screen;
        this.servers = servers;
    }

    /** A policy with the result of its replay. */
    private record Row(String policy, boolean hedging, WhatIf.Result result) {}

    @Override
    public Integer call() {
        List<Policy> wanted = wanted();
        Trace recorded = trace == null ? record() : load(trace);
        if (save != null) {
            store(recorded, save);
        }
        if (recorded.jobs().isEmpty()) {
            throw new CliException(
                    ExitCode.USAGE,
                    "no job of pool '" + pool + "' began and ended in that time; there is nothing to replay");
        }
        WhatIf.Result was = WhatIf.recorded(recorded);
        boolean hedging = recorded.hedgePercent() > 0;
        WhatIf.Result again = WhatIf.replay(recorded, Policy.RECORDED, hedging);
        double off = Math.abs((double) again.makespanMs() / was.makespanMs() - 1);
        var rows = new ArrayList<Row>();
        for (Policy policy : wanted) {
            rows.add(new Row(policy.wireName(), true, WhatIf.replay(recorded, policy, true)));
            rows.add(new Row(policy.wireName(), false, WhatIf.replay(recorded, policy, false)));
        }
        if (output.equals("json")) {
            screen.result(json(recorded, was, off, rows).toPrettyString());
        } else {
            print(recorded, was, again, off, rows);
        }
        return off <= BELIEVED_WITHIN ? ExitCode.OK : ExitCode.INFRASTRUCTURE;
    }

    private List<Policy> wanted() {
        if (policies.isEmpty()) {
            return List.of(Policy.values());
        }
        return policies.stream()
                .map(name -> Arrays.stream(Policy.values())
                        .filter(it -> it.wireName().equals(name))
                        .findFirst()
                        .orElseThrow(() -> new CliException(
                                ExitCode.USAGE,
                                "'" + name + "' is no policy; accepted: "
                                        + String.join(
                                                ", ",
                                                Arrays.stream(Policy.values())
                                                        .map(Policy::wireName)
                                                        .toList()))))
                .toList();
    }

    private Trace record() {
        var recorder = new TraceRecorder(pool);
        try {
            new TopicReader(servers.kafka(kafka))
                    .read(
                            List.of(Topic.QUEUE, Topic.DECISIONS, Topic.COMPLETIONS),
                            (event, atMs) -> recorder.add(event.data(), atMs));
        } catch (KafkaException e) {
            throw new CliException(ExitCode.UNREACHABLE, "the topics cannot be read: " + e.getMessage());
        }
        if (day == null) {
            return recorder.build(
                    from == null ? 0 : instant("--from", from), to == null ? Long.MAX_VALUE : instant("--to", to));
        }
        if (from != null || to != null) {
            throw new CliException(ExitCode.USAGE, "give --day, or --from and --to");
        }
        try {
            LocalDate date = LocalDate.parse(day);
            return recorder.build(startOf(date), startOf(date.plusDays(1)));
        } catch (DateTimeException e) {
            throw new CliException(ExitCode.USAGE, "--day: '" + day + "' is no date such as 2026-11-22");
        }
    }

    private static long instant(String option, String text) {
        try {
            return Instant.parse(text).toEpochMilli();
        } catch (DateTimeException e) {
            throw new CliException(ExitCode.USAGE, option + ": '" + text + "' is no time such as 2026-11-22T08:00:00Z");
        }
    }

    private static long startOf(LocalDate date) {
        return date.atStartOfDay(ZoneId.systemDefault()).toInstant().toEpochMilli();
    }

    private static Trace load(Path file) {
        try {
            return Json.MAPPER.readValue(Files.readAllBytes(file), Trace.class);
        } catch (JsonProcessingException e) {
            throw new CliException(ExitCode.USAGE, file + " is no trace: " + e.getOriginalMessage());
        } catch (IOException e) {
            throw new CliException(ExitCode.USAGE, file + " cannot be read: " + e.getMessage());
        }
    }

    private static void store(Trace trace, Path file) {
        try {
            Files.write(file, Json.MAPPER.writeValueAsBytes(trace));
        } catch (IOException e) {
            throw new CliException(ExitCode.USAGE, file + " cannot be written: " + e.getMessage());
        }
    }

    private void print(Trace trace, WhatIf.Result was, WhatIf.Result again, double off, List<Row> rows) {
        screen.result("recorded: " + Instant.ofEpochMilli(trace.beganAtMs()) + ", "
                + count(trace.jobs().size(), "job")
                + ", " + count(trace.tasks(), "task") + ", "
                + count(trace.executors().size(), "executor")
                + (trace.left() == 0
                        ? ""
                        : "; left out: " + count(trace.left(), "job") + " that had not ended or have scopes"));
        screen.result(String.format(
                Locale.ROOT,
                "the recorded policy replayed: %s s, recorded %s s, %.1f %% off",
                seconds(again.makespanMs()),
                seconds(was.makespanMs()),
                100 * off));
        if (off > BELIEVED_WITHIN) {
            screen.note(screen.bad("warning: ") + "that is more than " + Math.round(100 * BELIEVED_WITHIN)
                    + " %; what follows proves nothing");
        }
        String format = "%-15s %-8s %10s  %-16s %7s %10s %10s";
        screen.result(String.format(format, "POLICY", "HEDGING", "MAKESPAN", "OWNER", "TASKS", "WAIT P50", "WAIT P99"));
        row(format, "as it was", trace.hedgePercent() > 0, was);
        rows.forEach(it -> row(format, it.policy(), it.hedging(), it.result()));
    }

    private void row(String format, String policy, boolean hedging, WhatIf.Result result) {
        String name = policy;
        String hedged = hedging ? "yes" : "no";
        String makespan = seconds(result.makespanMs());
        for (Map.Entry<String, WhatIf.Waits> it : result.byOwner().entrySet()) {
            WhatIf.Waits waits = it.getValue();
            screen.result(String.format(
                    format,
                    name,
                    hedged,
                    makespan,
                    Screen.safe(it.getKey()),
                    waits.tasks(),
                    seconds(waits.p50Ms()),
                    seconds(waits.p99Ms())));
            name = "";
            hedged = "";
            makespan = "";
        }
    }

    private static ObjectNode json(Trace trace, WhatIf.Result was, double off, List<Row> rows) {
        ObjectNode json = Json.MAPPER.createObjectNode();
        json.put("beganAtMs", trace.beganAtMs());
        json.put("jobs", trace.jobs().size());
        json.put("tasks", trace.tasks());
        json.put("executors", trace.executors().size());
        json.put("left", trace.left());
        json.put("replayIsOffBy", off);
        json.put("believed", off <= BELIEVED_WITHIN);
        json.set("recorded", Json.MAPPER.valueToTree(was));
        ArrayNode policies = json.putArray("policies");
        for (Row row : rows) {
            ObjectNode policy = policies.addObject();
            policy.put("policy", row.policy());
            policy.put("hedging", row.hedging());
            policy.set("result", Json.MAPPER.valueToTree(row.result()));
        }
        return json;
    }

    private static String seconds(long ms) {
        return String.format(Locale.ROOT, "%.1f", ms / MS_PER_S);
    }

    private static String count(int number, String noun) {
        return number + " " + noun + (number == 1 ? "" : "s");
    }
}
