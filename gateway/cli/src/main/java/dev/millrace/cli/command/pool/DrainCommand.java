package dev.millrace.cli.command.pool;

import dev.millrace.cli.CliContext;
import dev.millrace.cli.client.GatewayClient;
import dev.millrace.cli.command.option.GatewayOption;
import dev.millrace.cli.command.option.OwnerOption;
import dev.millrace.cli.command.option.Report;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Takes an executor out of service, or puts it back into service. */
@Command(
        name = "drain",
        mixinStandardHelpOptions = true,
        description =
                "Gives an executor no more work; what it runs goes on. Holds until undone, also when it restarts.")
public final class DrainCommand implements Callable<Integer> {
    private final CliContext context;

    @Mixin
    @SuppressWarnings("NullAway.Init") // Set by picocli before call.
    private GatewayOption gateway;

    @Mixin
    private final OwnerOption owner = new OwnerOption();

    @Parameters(paramLabel = "EXECUTOR", description = "Its id, as 'executors' lists it.")
    @SuppressWarnings("NullAway.Init") // Set by picocli before call.
    private String executor;

    @Option(names = "--pool", paramLabel = "POOL", defaultValue = "default", description = "Default: ${DEFAULT-VALUE}.")
    private String pool = "default";

    @Option(names = "--undo", description = "Gives it work again, also if it was suspect.")
    private boolean undo;

    @Option(
            names = "--reason",
            paramLabel = "TEXT",
            defaultValue = "taken out by an operator",
            description = "Shown to whoever lists it.")
    private String reason = "";

    public DrainCommand(CliContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        gateway.client(context)
                .put(
                        "/v1/pools/" + GatewayClient.encode(pool) + "/executors/" + GatewayClient.encode(executor),
                        Report.object()
                                .put("standing", undo ? "active" : "draining")
                                .put("reason", undo ? "wanted again" : reason),
                        owner.name(context));
        context.screen()
                .note("accepted; " + executor + (undo ? " gets work again" : " gets no more work") + " in a moment");
        return 0;
    }
}
