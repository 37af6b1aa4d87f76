package dev.millrace.cli.command.job;

import dev.millrace.cli.CliContext;
import dev.millrace.cli.client.GatewayClient;
import dev.millrace.cli.command.option.GatewayOption;
import dev.millrace.cli.command.option.JobArgument;
import dev.millrace.cli.command.option.OutputOption;
import dev.millrace.cli.command.option.Report;
import dev.millrace.cli.watch.JobWatch;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Watch a job to its end. */
@Command(
        name = "watch",
        mixinStandardHelpOptions = true,
        description = "Watches a job to its end and exits with its verdict.")
public final class WatchCommand implements Callable<Integer> {
    private final CliContext context;

    @Mixin
    private final GatewayOption gateway = new GatewayOption();

    @Mixin
    private final JobArgument job = new JobArgument();

    @Mixin
    private final OutputOption output = new OutputOption();

    public WatchCommand(CliContext context) {
        this.context = context;
    }

    @Override
    public Integer call() throws InterruptedException {
        GatewayClient client = gateway.client(context);
        String jobId = job.id(context);
        return new Report(context.screen(), client, jobId, output.format())
                .finish(new JobWatch(context.screen(), client, jobId, false, 0).toTheEnd(), null);
    }
}
