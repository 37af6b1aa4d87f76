package dev.millrace.cli.command.job;

import dev.millrace.cli.CliContext;
import dev.millrace.cli.CliException;
import dev.millrace.cli.ExitCode;
import dev.millrace.cli.client.GatewayClient;
import dev.millrace.cli.command.option.GatewayOption;
import dev.millrace.cli.command.option.JobArgument;
import dev.millrace.cli.command.option.OutputDirectory;
import dev.millrace.cli.watch.JobResults;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Downloads a job's logs, artifacts and JUnit XML. */
@Command(
        name = "fetch",
        mixinStandardHelpOptions = true,
        description = "Downloads a job's logs, artifacts and JUnit XML.")
public final class FetchCommand implements Callable<Integer> {
    private final CliContext context;

    @Mixin
    private final GatewayOption gateway = new GatewayOption();

    @Mixin
    private final JobArgument job = new JobArgument();

    @Option(names = "--failed-only", description = "Only of tasks that did not pass.")
    private boolean failedOnly;

    @Option(names = "--logs", description = "Only logs (with --artifacts: both).")
    private boolean logs;

    @Option(names = "--artifacts", description = "Only artifacts (with --logs: both).")
    private boolean artifacts;

    @Option(
            names = {"-d", "--directory"},
            paramLabel = "DIR",
            description = "Where to put them (default: ${DEFAULT-VALUE}).")
    private Path directory = Path.of("millrace-out");

    public FetchCommand(CliContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        GatewayClient client = gateway.client(context);
        String jobId = job.id(context);
        Path target = OutputDirectory.ignored(directory).resolve(jobId);
        var results = new JobResults(client, jobId, target);
        boolean all = logs == artifacts;
        var wanted = new JobResults.Wanted(failedOnly, all || logs, all || artifacts, all);
        results.fetch(wanted, wanted);
        if (!client.job(jobId).hasNonNull("finishedAtMs")) {
            context.screen()
                    .note("job " + jobId + " is not finished: these are the results so far"
                            + (all ? ", and there is no junit.xml yet" : ""));
        } else if (all) {
            results.junit();
        }
        results.warn(context.screen());
        context.screen().result(results.files() + " files in " + target);
        if (!results.missing().isEmpty()) {
            throw new CliException(
                    ExitCode.INFRASTRUCTURE,
                    results.missing().size() + " of the results of job " + jobId + " could not be fetched whole");
        }
        return ExitCode.OK;
    }
}
