package dev.millrace.cli.command;

import dev.millrace.cli.CliContext;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Ask for a job to be cancelled. */
@Command(
        name = "cancel",
        mixinStandardHelpOptions = true,
        description =
                "Cancels a job: nothing of it is started any more, what runs is killed, every task gets its verdict.")
final class CancelCommand implements Callable<Integer> {
    private final CliContext context;

    @Mixin
    private final GatewayOption gateway = new GatewayOption();

    @Mixin
    private final JobArgument job = new JobArgument();

    @Mixin
    private final OwnerOption owner = new OwnerOption();

    CancelCommand(CliContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        String jobId = job.id(context);
        gateway.client(context).cancel(jobId, owner.name(context));
        context.screen().result("job " + jobId + " is being cancelled");
        return 0;
    }
}
