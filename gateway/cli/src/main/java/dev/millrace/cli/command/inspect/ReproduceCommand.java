package dev.millrace.cli.command.inspect;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.cli.CliContext;
import dev.millrace.cli.CliException;
import dev.millrace.cli.ExitCode;
import dev.millrace.cli.Reproducer;
import dev.millrace.cli.client.GatewayClient;
import dev.millrace.cli.command.option.GatewayOption;
import dev.millrace.cli.command.option.OutputDirectory;
import dev.millrace.schemas.blob.Digest;
import dev.millrace.schemas.event.AttemptKey;
import dev.millrace.schemas.event.Epoch;
import dev.millrace.schemas.event.Role;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Runs an attempt at a task again on this machine, in the way its executor ran it. */
@Command(
        name = "reproduce",
        mixinStandardHelpOptions = true,
        description = {
            "Runs a task again on this machine, as its executor did: the very inputs, command, environment, sandbox, limits and",
            "timeouts, and the same tests in the same order. Exits with 0 if it passes and with 88 if it fails here too.",
            "Nothing is reported: its verdict stays."
        })
public final class ReproduceCommand implements Callable<Integer> {
    private final CliContext context;

    @Mixin
    private final GatewayOption gateway = new GatewayOption();

    @Parameters(paramLabel = "TASK", description = "Its id, or its name in the job submitted last.")
    private String task = "";

    @Option(names = "--attempt", paramLabel = "N", description = "Which attempt (default: the last).")
    private @Nullable Integer attempt;

    @Option(names = "--keep", description = "Leave the directory it ran in.")
    private boolean keep;

    @Option(names = "--shell", description = "Open a shell where the command would run, instead of running it.")
    private boolean shell;

    @Option(
            names = {"-d", "--directory"},
            paramLabel = "DIR",
            description = "For inputs and work (default: ${DEFAULT-VALUE}). Inputs stay for the next time.")
    private Path directory = Path.of("millrace-reproduce");

    public ReproduceCommand(CliContext context) {
        this.context = context;
    }

    @Override
    public Integer call() throws InterruptedException {
        GatewayClient client = gateway.client(context);
        String taskId = TaskName.resolve(context, client, task);
        JsonNode found = client.task(taskId);
        JsonNode job = client.job(found.path("job").asText());
        var attempts = new ArrayList<JsonNode>();
        client.pages("/v1/tasks/" + taskId + "/attempts", page -> page.path("attempts")
                .forEach(attempts::add));
        JsonNode chosen = choose(attempts, taskId);
        if (!job.hasNonNull("planDigest")) {
            throw new CliException(ExitCode.USAGE, "job " + job.path("id").asText() + " has no plan");
        }
        context.screen()
                .note("attempt " + chosen.path("attempt").asInt() + " of " + attempts.size() + " of "
                        + found.path("name").asText() + " was "
                        + chosen.path("outcome").asText("not finished")
                        + (chosen.hasNonNull("executor")
                                ? " on " + chosen.path("executor").asText()
                                : ""));
        JsonNode result = chosen.path("result");
        return context.reproducer()
                .reproduce(new Reproducer.Request(
                        client.artifactService(),
                        new Digest(job.path("planDigest").asText()),
                        found.path("index").asInt(),
                        digest(result.path("retryOf")),
                        isSetup(found) ? null : digest(result.path("scopeContext")),
                        chosen.path("outcome").asText(null),
                        settings(client, job, chosen.path("executor").asText("")),
                        new AttemptKey(taskId, chosen.path("attempt").asInt(), new Epoch(0, 0)),
                        chosen.path("slot").asInt(0),
                        OutputDirectory.ignored(directory).toAbsolutePath().normalize(),
                        shell,
                        keep));
    }

    private static @Nullable Digest digest(JsonNode value) {
        return value.isTextual() ? new Digest(value.asText()) : null;
    }

    private static boolean isSetup(JsonNode task) {
        return task.path("role").asText().equals(Role.SETUP.wireName());
    }

    /** Returns the settings that the attempt's executor reported when it joined the pool; empty if it has left the pool since. */
    private Map<String, String> settings(GatewayClient client, JsonNode job, String executor) {
        var settings = new TreeMap<String, String>();
        JsonNode pool = client.get(
                "/v1/executors?pool=" + GatewayClient.encode(job.path("pool").asText()));
        for (JsonNode it : pool.path("executors")) {
            if (it.path("id").asText().equals(executor)) {
                it.path("taskSettings")
                        .properties()
                        .forEach(setting -> settings.put(
                                setting.getKey(), setting.getValue().asText()));
                settings.put("executor.slots", it.path("slots").asText());
                if (it.hasNonNull("cpuMillis") && it.hasNonNull("memoryBytes")) {
                    settings.put("executor.cpuMillis", it.path("cpuMillis").asText());
                    settings.put("executor.memoryBytes", it.path("memoryBytes").asText());
                }
                JsonNode sandbox = it.path("labels").path("sandbox");
                if (sandbox.isTextual()) {
                    settings.put("executor.sandbox", sandbox.asText());
                }
                if (it.path("labels").path("limits").asText("").equals("none")) {
                    settings.put("executor.limits", "off");
                }
            }
        }
        if (settings.isEmpty()) {
            context.screen()
                    .note("warning: executor " + executor
                            + " is gone; limits, PATH and sandbox are those of this machine");
        }
        return settings;
    }

    private JsonNode choose(List<JsonNode> attempts, String taskId) {
        Integer wanted = attempt;
        JsonNode last = null;
        for (JsonNode it : attempts) {
            if (wanted != null && it.path("attempt").asInt() == wanted) {
                return it;
            }
            last = it;
        }
        if (last == null || wanted != null) {
            throw new CliException(
                    ExitCode.USAGE,
                    "task " + taskId + " has " + attempts.size() + " attempts"
                            + (wanted == null ? "" : ", and none with the number " + wanted));
        }
        return last;
    }
}
