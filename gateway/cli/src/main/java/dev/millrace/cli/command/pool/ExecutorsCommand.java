package dev.millrace.cli.command.pool;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.cli.CliContext;
import dev.millrace.cli.Screen;
import dev.millrace.cli.client.GatewayClient;
import dev.millrace.cli.command.option.GatewayOption;
import dev.millrace.cli.command.option.ListingOption;
import dev.millrace.cli.command.option.Table;
import java.time.Instant;
import java.util.ArrayList;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Lists the executors of a pool. */
@Command(
        name = "executors",
        mixinStandardHelpOptions = true,
        description = "Lists the executors of a pool; 'drain' takes one out of service.")
public final class ExecutorsCommand implements Callable<Integer> {
    private final CliContext context;

    @Mixin
    @SuppressWarnings("NullAway.Init") // Set by picocli before call.
    private GatewayOption gateway;

    @Option(names = "--pool", paramLabel = "POOL", defaultValue = "default", description = "Default: ${DEFAULT-VALUE}.")
    private String pool = "default";

    @Mixin
    private final ListingOption output = new ListingOption();

    public ExecutorsCommand(CliContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        JsonNode found = gateway.client(context)
                .get("/v1/executors?pool=" + GatewayClient.encode(pool))
                .path("executors");
        Screen screen = context.screen();
        if (output.isJson()) {
            screen.result(found.toPrettyString());
            return 0;
        }
        if (found.isEmpty()) {
            screen.note("no executors in pool '" + pool + "'");
            return 0;
        }
        var table = new Table("EXECUTOR", "STANDING", "SLOTS", "HOST", "SINCE", "LABELS");
        var reasons = new ArrayList<String>();
        for (JsonNode it : found) {
            var labels = new ArrayList<String>();
            it.path("labels")
                    .properties()
                    .forEach(label -> labels.add(
                            Screen.safe(label.getKey() + "=" + label.getValue().asText())));
            table.row(
                    Screen.safe(it.path("id").asText()),
                    it.path("standing").asText(),
                    it.path("slots").asText(),
                    Screen.safe(it.path("host").asText()),
                    Instant.ofEpochMilli(it.path("joinedAtMs").asLong()).toString(),
                    String.join(",", labels));
            if (!it.path("standing").asText().equals("active")) {
                reasons.add(Screen.safe(it.path("id").asText()) + " is "
                        + it.path("standing").asText() + ": "
                        + Screen.safe(it.path("reason").asText())
                        + (it.hasNonNull("markedBy") ? by(it.path("markedBy").asText()) : ""));
            }
        }
        table.print(screen);
        found.forEach(it -> {
            if (it.path("labels").path("sandbox").asText().equals("process")) {
                screen.result("warning: tasks on " + Screen.safe(it.path("id").asText())
                        + " can read and write whatever its user can (sandbox=process)");
            }
        });
        reasons.forEach(screen::result);
        return 0;
    }

    /**
     * Returns the name in parentheses. An executor that changed its standing itself is recorded with parentheses already, which no owner's
     * name has.
     */
    private static String by(String who) {
        return who.startsWith("(") ? " " + Screen.safe(who) : " (" + Screen.safe(who) + ")";
    }
}
