package dev.millrace.cli.command.inspect;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.cli.CliContext;
import dev.millrace.cli.Screen;
import dev.millrace.cli.client.GatewayClient;
import dev.millrace.cli.command.option.GatewayOption;
import dev.millrace.cli.command.option.ListingOption;
import dev.millrace.cli.command.option.Table;
import dev.millrace.schemas.Ids;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Shows a test's runtime history and how long it is expected to take. */
@Command(
        name = "history",
        mixinStandardHelpOptions = true,
        description = "Shows the runtime history of a test and what it is expected to take.")
public final class HistoryCommand implements Callable<Integer> {
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss", Locale.ROOT);

    private final CliContext context;

    @Mixin
    private final GatewayOption gateway = new GatewayOption();

    @Parameters(
            paramLabel = "TEST",
            description = {
                "project/suite/test, such as commons-lang3/junit/org.apache.commons.lang3.StringUtilsTest; the suite of a",
                "plain command is '-'. Or the id of a task, for the test it ran."
            })
    private String test = "";

    @Option(names = "--limit", paramLabel = "N", description = "Runs to show (default: ${DEFAULT-VALUE}).")
    private int limit = 20;

    @Mixin
    private final ListingOption output = new ListingOption();

    public HistoryCommand(CliContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        GatewayClient client = gateway.client(context);
        String key = Ids.isTaskId(test) ? client.task(test).path("historyKey").asText() : test;
        JsonNode found = client.get("/v1/tests/" + GatewayClient.encode(key) + "/history");
        Screen screen = context.screen();
        if (output.isJson()) {
            screen.result(found.toPrettyString());
            return 0;
        }
        JsonNode estimate = found.path("estimate");
        screen.result("test      " + Screen.safe(found.path("test").asText()));
        screen.result(
                "expected  " + seconds(estimate.path("ms")) + ", at most " + seconds(estimate.path("upperMs")) + " ("
                        + estimate.path("source").asText() + "; confidence "
                        + estimate.path("confidence").asText() + ")");
        var table = new Table("ENDED", "SECONDS", "OUTCOME");
        int shown = 0;
        for (JsonNode run : found.path("runs")) {
            if (shown++ < limit) {
                table.row(
                        TIME.format(
                                Instant.ofEpochMilli(run.path("finishedAtMs").asLong())
                                        .atZone(ZoneId.systemDefault())),
                        String.format(
                                Locale.ROOT, "%.3f", run.path("durationMs").asLong() / 1000.0),
                        run.path("outcome").asText());
            }
        }
        table.print(screen);
        return 0;
    }

    private static String seconds(JsonNode ms) {
        return String.format(Locale.ROOT, "%.3f s", ms.asLong() / 1000.0);
    }
}
