package dev.millrace.cli.command.pool;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.cli.CliContext;
import dev.millrace.cli.CliException;
import dev.millrace.cli.ExitCode;
import dev.millrace.cli.Screen;
import dev.millrace.cli.client.GatewayClient;
import dev.millrace.cli.command.option.GatewayOption;
import dev.millrace.cli.command.option.ListingOption;
import dev.millrace.cli.command.option.OwnerOption;
import dev.millrace.cli.command.option.Report;
import dev.millrace.cli.command.option.Table;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Settings of a pool. */
@Command(name = "pool", mixinStandardHelpOptions = true, description = "Shows and sets what holds for a whole pool.")
public final class PoolCommand implements Runnable {
    private final CliContext context;

    @Spec
    @SuppressWarnings("NullAway.Init") // Set by picocli before run.
    private CommandSpec spec;

    public PoolCommand(CliContext context) {
        this.context = context;
    }

    @Override
    public void run() {
        spec.commandLine().usage(spec.commandLine().getOut());
    }

    @Command(name = "show", mixinStandardHelpOptions = true, description = "Shows a pool's settings and quotas.")
    int show(
            @Mixin GatewayOption gateway,
            @Parameters(paramLabel = "POOL", defaultValue = "default", description = "Default: ${DEFAULT-VALUE}.")
                    String pool,
            @Mixin ListingOption output) {
        JsonNode found = gateway.client(context).get("/v1/pools/" + GatewayClient.encode(pool));
        Screen screen = context.screen();
        if (output.isJson()) {
            screen.result(found.toPrettyString());
            return 0;
        }
        screen.result("pool          " + found.path("pool").asText());
        screen.result("urgent share  " + found.path("urgentSharePercent").asInt() + " % of the slots");
        screen.result("hedging       " + found.path("hedgePercent").asInt() + " % of the slots");
        var table = new Table("OWNER", "WEIGHT", "SLOTS");
        table.row("(others)", "1", "no limit");
        for (JsonNode owner : found.path("owners")) {
            int slots = owner.path("maxSlots").asInt();
            table.row(
                    owner.path("owner").asText(),
                    owner.path("weight").asText(),
                    slots == 0 ? "no limit" : "at most " + slots);
        }
        table.print(screen);
        return 0;
    }

    @Command(name = "set", mixinStandardHelpOptions = true, description = "Sets what holds for a whole pool.")
    int set(
            @Mixin GatewayOption gateway,
            @Mixin OwnerOption by,
            @Parameters(paramLabel = "POOL", defaultValue = "default", description = "Default: ${DEFAULT-VALUE}.")
                    String pool,
            @Option(
                            names = "--urgent-share",
                            paramLabel = "PERCENT",
                            description = "Up to which part of the slots urgent tasks come before everybody's share.")
                    @Nullable
                    Integer urgentShare,
            @Option(
                            names = "--hedge",
                            paramLabel = "PERCENT",
                            description = "Up to which part of the slots second attempts of tasks that take unusually"
                                    + " long may hold; 0 for none.")
                    @Nullable
                    Integer hedge) {
        if (urgentShare == null && hedge == null) {
            throw new CliException(ExitCode.USAGE, "nothing to set; give --urgent-share or --hedge");
        }
        ObjectNode settings = Report.object();
        if (urgentShare != null) {
            settings.put("urgentSharePercent", urgentShare);
        }
        if (hedge != null) {
            settings.put("hedgePercent", hedge);
        }
        gateway.client(context).put("/v1/pools/" + GatewayClient.encode(pool), settings, by.name(context));
        context.screen().note("accepted; pool " + pool + " uses it in a moment");
        return 0;
    }
}
