package dev.millrace.cli.command.job;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.cli.CliContext;
import dev.millrace.cli.Screen;
import dev.millrace.cli.client.GatewayClient;
import dev.millrace.cli.command.option.GatewayOption;
import dev.millrace.cli.command.option.ListingOption;
import dev.millrace.cli.command.option.Table;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** List jobs, newest first. */
@Command(name = "jobs", mixinStandardHelpOptions = true, description = "Lists jobs, newest first.")
public final class JobsCommand implements Callable<Integer> {
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss", Locale.ROOT);

    private final CliContext context;

    @Mixin
    private final GatewayOption gateway = new GatewayOption();

    @Option(
            names = "--state",
            paramLabel = "STATE",
            description = "Only jobs in this state, such as running, passed or failed.")
    private @Nullable String state;

    @Option(names = "--limit", paramLabel = "N", description = "At most so many (default: ${DEFAULT-VALUE}).")
    private int limit = 20;

    @Mixin
    private final ListingOption output = new ListingOption();

    public JobsCommand(CliContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        String filter = state == null ? "" : "&state=" + GatewayClient.encode(state);
        JsonNode page = gateway.client(context).get("/v1/jobs?limit=" + limit + filter);
        if (output.isJson()) {
            context.screen().result(page.path("jobs").toPrettyString());
            return 0;
        }
        var table = new Table("JOB", "STATE", "TASKS", "SUBMITTED", "NAME");
        for (JsonNode job : page.path("jobs")) {
            JsonNode counts = job.path("counts");
            table.row(
                    job.path("id").asText(),
                    job.path("state").asText(),
                    counts.path("passed").asInt() + "/" + counts.path("total").asInt() + " passed",
                    TIME.format(Instant.ofEpochMilli(job.path("submittedAtMs").asLong())
                            .atZone(ZoneId.systemDefault())),
                    Screen.safe(job.path("name").asText()));
        }
        table.print(context.screen());
        return 0;
    }
}
