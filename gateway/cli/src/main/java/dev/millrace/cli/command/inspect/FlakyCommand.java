package dev.millrace.cli.command.inspect;

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

/** Lists the tests that are known to be flaky. */
@Command(
        name = "flaky",
        mixinStandardHelpOptions = true,
        description = {
            "Lists the tests that are known to be flaky: of late they failed and passed with the same inputs, in two jobs or",
            "more. A job with 'knownFlaky: report' runs and reports them, but they cannot fail it."
        })
public final class FlakyCommand implements Callable<Integer> {
    private static final DateTimeFormatter DAY = DateTimeFormatter.ofPattern("yyyy-MM-dd", Locale.ROOT);

    private final CliContext context;

    @Mixin
    private final GatewayOption gateway = new GatewayOption();

    @Option(names = "--project", paramLabel = "PROJECT", description = "Default: all projects.")
    private @Nullable String project;

    @Mixin
    private final ListingOption output = new ListingOption();

    public FlakyCommand(CliContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        JsonNode found = gateway.client(context)
                .get("/v1/flaky" + (project == null ? "" : "?project=" + GatewayClient.encode(project)));
        Screen screen = context.screen();
        if (output.isJson()) {
            screen.result(found.toPrettyString());
            return 0;
        }
        if (found.path("tests").isEmpty()) {
            screen.note("no test is known to be flaky");
        } else {
            table(found.path("tests")).print(screen);
        }
        if (!found.path("complete").asBoolean(true)) {
            screen.note("more tests failed than were looked at; name a --project");
        }
        return 0;
    }

    private static Table table(JsonNode tests) {
        var table = new Table("TEST", "FLAKY", "LAST", "UNTIL", "EVIDENCE");
        for (JsonNode it : tests) {
            JsonNode verdict = it.path("verdict");
            table.row(
                    Screen.safe(it.path("test").asText()),
                    verdict.path("flakyTasks").asInt() + " of "
                            + verdict.path("tasks").asInt(),
                    day(verdict.path("lastSeenAtMs")),
                    day(verdict.path("expiresAtMs")),
                    verdict.path("evidence").path(0).asText());
        }
        return table;
    }

    private static String day(JsonNode ms) {
        return DAY.format(Instant.ofEpochMilli(ms.asLong()).atZone(ZoneId.systemDefault()));
    }
}
