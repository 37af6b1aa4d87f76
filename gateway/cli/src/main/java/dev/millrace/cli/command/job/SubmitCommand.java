package dev.millrace.cli.command.job;

import dev.millrace.cli.CliContext;
import dev.millrace.cli.client.GatewayClient;
import dev.millrace.cli.command.option.GatewayOption;
import dev.millrace.cli.command.option.OutputOption;
import dev.millrace.cli.command.option.OwnerOption;
import dev.millrace.cli.command.option.Report;
import dev.millrace.cli.watch.JobWatch;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Submit a job, and watch it unless {@code --no-wait} is given. */
@Command(
        name = "submit",
        mixinStandardHelpOptions = true,
        description = "Submits a job to a running gateway and watches it.")
public final class SubmitCommand implements Callable<Integer> {
    private final CliContext context;

    @Mixin
    private final GatewayOption gateway = new GatewayOption();

    @Mixin
    private final OwnerOption owner = new OwnerOption();

    @Mixin
    private final SelectionOption selection = new SelectionOption();

    @Mixin
    private final JobOption job = new JobOption();

    @Option(names = "--no-wait", description = "Print the job's id and return once it is accepted.")
    private boolean noWait;

    @Mixin
    private final OutputOption output = new OutputOption();

    public SubmitCommand(CliContext context) {
        this.context = context;
    }

    @Override
    public Integer call() throws InterruptedException {
        GatewayClient client = gateway.client(context);
        String jobId = Submission.submit(
                context, client, Submission.load(context, job, selection), owner.name(context), selection);
        if (noWait) {
            context.screen()
                    .result(output.isJson() ? Report.object().put("id", jobId).toString() : jobId);
            return 0;
        }
        return new Report(context.screen(), client, jobId, output.format())
                .finish(new JobWatch(context.screen(), client, jobId, true, 0).toTheEnd(), null);
    }
}
