package dev.millrace.cli.command.job;

import dev.millrace.cli.CliContext;
import dev.millrace.cli.client.GatewayClient;
import dev.millrace.cli.command.option.GatewayOption;
import dev.millrace.cli.command.option.JobArgument;
import dev.millrace.cli.command.option.OwnerOption;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Ask for a job to be cancelled. */
@Command(
        name = "cancel",
        mixinStandardHelpOptions = true,
        description =
                "Cancels a job: nothing of it is started any more, what runs is killed, every task gets its verdict.")
public final class CancelCommand implements Callable<Integer> {
    private final CliContext context;

    @Mixin
    private final GatewayOption gateway = new GatewayOption();

    @Mixin
    private final JobArgument job = new JobArgument();

    @Mixin
    private final OwnerOption owner = new OwnerOption();

    public CancelCommand(CliContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        String jobId = job.id(context);
        GatewayClient client = gateway.client(context);
        String ended = client.cancel(jobId, owner.name(context)).path("ended").asText("");
        context.screen()
                .result(
                        ended.isEmpty()
                                ? "job " + jobId + " is being cancelled"
                                : "job " + jobId + " has ended already: " + ended);
        return 0;
    }
}
