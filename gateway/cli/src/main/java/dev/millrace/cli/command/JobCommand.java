package dev.millrace.cli.command;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.cli.CliContext;
import dev.millrace.cli.Screen;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Show one job. */
@Command(name = "job", mixinStandardHelpOptions = true, description = "Shows a job.")
final class JobCommand implements Callable<Integer> {
    private final CliContext context;

    @Mixin
    private final GatewayOption gateway = new GatewayOption();

    @Mixin
    private final JobArgument job = new JobArgument();

    @Option(names = "--output", paramLabel = "FORMAT", description = "text or json (default: ${DEFAULT-VALUE}).")
    private OutputFormat output = OutputFormat.text;

    JobCommand(CliContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        JsonNode found = gateway.client(context).job(job.id(context));
        var screen = context.screen();
        if (output == OutputFormat.json) {
            screen.result(found.toPrettyString());
            return 0;
        }
        screen.result("job       " + found.path("id").asText());
        screen.result("name      " + Screen.safe(found.path("name").asText()));
        screen.result("state     " + found.path("state").asText()
                + (found.hasNonNull("reason")
                        ? " (" + Screen.safe(found.path("reason").asText()) + ")"
                        : ""));
        screen.result("priority  " + found.path("priority").asText() + " in pool "
                + found.path("pool").asText());
        screen.result("tasks     " + Report.describe(found.path("counts")));
        return 0;
    }
}
