package dev.millrace.cli.command.inspect;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.cli.CliContext;
import dev.millrace.cli.client.GatewayClient;
import dev.millrace.cli.command.option.GatewayOption;
import dev.millrace.cli.command.option.ListingOption;
import dev.millrace.cli.watch.WhyStory;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Explains every decision about a task. */
@Command(
        name = "why",
        mixinStandardHelpOptions = true,
        description = "Tells every decision about a task, in words, with what went into it.")
public final class WhyCommand implements Callable<Integer> {
    private final CliContext context;

    @Mixin
    private final GatewayOption gateway = new GatewayOption();

    @Parameters(paramLabel = "TASK", description = "A task's id, or its name in the last job.")
    private String task = "";

    @Mixin
    private final ListingOption output = new ListingOption();

    public WhyCommand(CliContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        GatewayClient client = gateway.client(context);
        String taskId = TaskName.resolve(context, client, task);
        JsonNode decisions = client.get("/v1/tasks/" + GatewayClient.encode(taskId) + "/decisions");
        if (output.isJson()) {
            context.screen().result(decisions.toPrettyString());
            return 0;
        }
        JsonNode found = client.task(taskId);
        JsonNode scope = found.hasNonNull("scope")
                ? client.get("/v1/jobs/" + found.path("job").asText() + "/scopes/"
                        + GatewayClient.encode(found.path("scope").asText()))
                : null;
        WhyStory.of(found, decisions.path("decisions"), scope)
                .forEach(line -> context.screen().result(line));
        return 0;
    }
}
