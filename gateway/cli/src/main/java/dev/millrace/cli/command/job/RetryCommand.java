package dev.millrace.cli.command.job;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.cli.CliContext;
import dev.millrace.cli.client.GatewayClient;
import dev.millrace.cli.command.option.GatewayOption;
import dev.millrace.cli.command.option.JobArgument;
import dev.millrace.cli.command.option.OutputOption;
import dev.millrace.cli.command.option.OwnerOption;
import dev.millrace.cli.command.option.Report;
import dev.millrace.cli.watch.JobWatch;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Run a finished job again, or only those of its tasks that did not pass. */
@Command(
        name = "retry",
        mixinStandardHelpOptions = true,
        description = {
            "Runs a finished job again, with the tasks and inputs it had, watches it and exits with its verdict.",
            "It stays the same job: its verdicts are replaced as the tasks end."
        })
public final class RetryCommand implements Callable<Integer> {
    private final CliContext context;

    @Mixin
    private final GatewayOption gateway = new GatewayOption();

    @Mixin
    private final JobArgument job = new JobArgument();

    @Mixin
    private final OwnerOption owner = new OwnerOption();

    @Option(names = "--failed", description = "Only the tasks that did not pass.")
    private boolean failed;

    @Option(names = "--no-wait", description = "Return once the retry is accepted.")
    private boolean noWait;

    @Mixin
    private final OutputOption output = new OutputOption();

    public RetryCommand(CliContext context) {
        this.context = context;
    }

    @Override
    public Integer call() throws InterruptedException {
        GatewayClient client = gateway.client(context);
        String jobId = job.id(context);
        JsonNode accepted = client.retry(jobId, failed, owner.name(context));
        int run = accepted.path("run").asInt();
        int tasks = accepted.path("tasks").asInt();
        if (noWait && output.isJson()) {
            context.screen().result(accepted.toString());
            return 0;
        }
        String line = "job " + jobId + ": " + tasks + (tasks == 1 ? " task runs" : " tasks run") + " again, as run "
                + (run + 1);
        if (noWait) {
            context.screen().result(line);
            return 0;
        }
        context.screen().note(line);
        return new Report(context.screen(), client, jobId, output.format())
                .finish(new JobWatch(context.screen(), client, jobId, true, run).toTheEnd(), null);
    }
}
