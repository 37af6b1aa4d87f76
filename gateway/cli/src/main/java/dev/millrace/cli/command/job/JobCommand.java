package dev.millrace.cli.command.job;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.cli.CliContext;
import dev.millrace.cli.Screen;
import dev.millrace.cli.client.GatewayClient;
import dev.millrace.cli.command.option.GatewayOption;
import dev.millrace.cli.command.option.JobArgument;
import dev.millrace.cli.command.option.ListingOption;
import dev.millrace.cli.command.option.Report;
import dev.millrace.cli.watch.LeftOutCases;
import java.util.LinkedHashMap;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Show one job. */
@Command(name = "job", mixinStandardHelpOptions = true, description = "Shows a job.")
public final class JobCommand implements Callable<Integer> {
    private final CliContext context;

    @Mixin
    private final GatewayOption gateway = new GatewayOption();

    @Mixin
    private final JobArgument job = new JobArgument();

    @Mixin
    private final ListingOption output = new ListingOption();

    public JobCommand(CliContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        GatewayClient client = gateway.client(context);
        JsonNode found = client.job(job.id(context));
        var screen = context.screen();
        if (output.isJson()) {
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
        if (found.path("scopes").asInt() > 0) {
            screen.result("scopes    " + scopes(client, found.path("id").asText()));
        }
        if (found.hasNonNull("finishedAtMs")) {
            warn(client, found.path("id").asText());
        }
        return 0;
    }

    private static String scopes(GatewayClient client, String jobId) {
        var states = new LinkedHashMap<String, Integer>();
        JsonNode scopes = client.get("/v1/jobs/" + jobId + "/scopes").path("scopes");
        scopes.forEach(scope -> states.merge(scope.path("state").asText(), 1, Integer::sum));
        return scopes.size() + ": "
                + states.entrySet().stream()
                        .map(it -> it.getValue() + " " + it.getKey())
                        .collect(Collectors.joining(", "))
                + "; see 'millrace scope list " + jobId + "'";
    }

    private void warn(GatewayClient client, String jobId) {
        var tasks = new AtomicInteger();
        client.pages("/v1/jobs/" + jobId + "/tasks?limit=1000", page -> page.path("tasks")
                .forEach(task -> LeftOutCases.of(task).ifPresent(what -> tasks.incrementAndGet())));
        if (tasks.get() > 0) {
            context.screen()
                    .note(context.screen().bad("warning: ") + "results of test cases of " + tasks.get()
                            + " tasks were not kept; see 'millrace tasks " + jobId + "'");
        }
    }
}
