package dev.millrace.cli.command.inspect;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import dev.millrace.cli.CliContext;
import dev.millrace.cli.Screen;
import dev.millrace.cli.command.option.GatewayOption;
import dev.millrace.cli.command.option.JobArgument;
import dev.millrace.cli.command.option.ListingOption;
import dev.millrace.cli.command.option.Table;
import dev.millrace.cli.watch.LeftOutCases;
import dev.millrace.schemas.json.Json;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** List the tasks of a job. */
@Command(name = "tasks", mixinStandardHelpOptions = true, description = "Lists the tasks of a job.")
public final class TasksCommand implements Callable<Integer> {
    private final CliContext context;

    @Mixin
    private final GatewayOption gateway = new GatewayOption();

    @Mixin
    private final JobArgument job = new JobArgument();

    @Option(names = "--status", paramLabel = "S", description = "Only tasks that are ${COMPLETION-CANDIDATES}.")
    private @Nullable Status status;

    /** The states of a task. */
    enum Status {
        queued,
        placed,
        running,
        passed,
        failed,
        infrastructure,
        cancelled
    }

    @Mixin
    private final ListingOption output = new ListingOption();

    public TasksCommand(CliContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        List<JsonNode> tasks = gateway.client(context)
                .tasks(job.id(context), status == null ? Map.of() : Map.of("status", status.name()));
        if (output.isJson()) {
            ArrayNode all = Json.MAPPER.createArrayNode();
            tasks.forEach(all::add);
            context.screen().result(all.toPrettyString());
            return 0;
        }
        var table = new Table("TASK", "STATUS", "ATTEMPTS", "SECONDS", "NAME", "REASON");
        for (JsonNode task : tasks) {
            table.row(
                    task.path("id").asText(),
                    task.path("verdict").asText(task.path("state").asText())
                            + (task.path("flaky").asBoolean() ? " (flaky)" : ""),
                    task.path("attempts").asText(),
                    task.hasNonNull("durationMs")
                            ? String.format(
                                    Locale.ROOT, "%.2f", task.path("durationMs").asLong() / 1000.0)
                            : "-",
                    Screen.safe(task.path("name").asText()),
                    task.path("verdict").asText().equals("passed")
                            ? LeftOutCases.of(task).orElse("")
                            : Screen.safe(task.path("reason").asText("")));
        }
        table.print(context.screen());
        return 0;
    }
}
