package dev.millrace.cli.command.pool;

import dev.millrace.cli.CliContext;
import dev.millrace.cli.client.GatewayClient;
import dev.millrace.cli.command.option.GatewayOption;
import dev.millrace.cli.command.option.OwnerOption;
import dev.millrace.cli.command.option.Report;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Quotas of owners. */
@Command(
        name = "quota",
        mixinStandardHelpOptions = true,
        description = "Sets what an owner may have of a pool; 'pool show' lists it.")
public final class QuotaCommand implements Runnable {
    private final CliContext context;

    @Spec
    @SuppressWarnings("NullAway.Init") // Set by picocli before run.
    private CommandSpec spec;

    public QuotaCommand(CliContext context) {
        this.context = context;
    }

    @Override
    public void run() {
        spec.commandLine().usage(spec.commandLine().getOut());
    }

    @Command(name = "set", mixinStandardHelpOptions = true, description = "Sets an owner's weight and most slots.")
    int set(
            @Mixin GatewayOption gateway,
            @Mixin OwnerOption by,
            @Parameters(paramLabel = "OWNER", description = "Who submits.") String owner,
            @Option(
                            names = "--pool",
                            paramLabel = "POOL",
                            defaultValue = "default",
                            description = "Default: ${DEFAULT-VALUE}.")
                    String pool,
            @Option(
                            names = "--weight",
                            paramLabel = "N",
                            defaultValue = "1",
                            description = "Share relative to other owners, 1 to 1000 (default: ${DEFAULT-VALUE}).")
                    int weight,
            @Option(
                            names = "--slots",
                            paramLabel = "N",
                            defaultValue = "0",
                            description = "Most slots at once; 0 for no limit (default: ${DEFAULT-VALUE}).")
                    int slots) {
        gateway.client(context)
                .put(
                        "/v1/pools/" + GatewayClient.encode(pool) + "/owners/" + GatewayClient.encode(owner),
                        Report.object().put("weight", weight).put("maxSlots", slots),
                        by.name(context));
        context.screen().note("accepted; " + owner + " has it in a moment");
        return 0;
    }
}
