package dev.millrace.cli.command.job;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.cli.CliContext;
import dev.millrace.cli.CliException;
import dev.millrace.cli.ExitCode;
import dev.millrace.cli.StackLock;
import dev.millrace.cli.StackStarter;
import dev.millrace.cli.client.GatewayClient;
import dev.millrace.cli.command.option.GatewayOption;
import dev.millrace.cli.command.option.OutputDirectory;
import dev.millrace.cli.command.option.OutputOption;
import dev.millrace.cli.command.option.OwnerOption;
import dev.millrace.cli.command.option.Report;
import dev.millrace.cli.spec.SpecFile;
import dev.millrace.cli.watch.JobWatch;
import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Submit, watch, summarise, exit with the verdict. */
@Command(
        name = "run",
        mixinStandardHelpOptions = true,
        description = {
            "Runs a job and exits with its verdict.",
            "Starts the embedded stack when no gateway is configured and none runs here, and stops what it started."
        })
public final class RunCommand implements Callable<Integer> {
    private final CliContext context;

    @Mixin
    private final GatewayOption gateway = new GatewayOption();

    @Mixin
    private final OwnerOption owner = new OwnerOption();

    @Mixin
    private final SelectionOption selection = new SelectionOption();

    @Mixin
    private final JobOption job = new JobOption();

    @Mixin
    private final OutputOption output = new OutputOption();

    @Option(
            names = "--dry-run",
            description =
                    "Show the tasks there would be, how long they are expected to take and what would be sent, and submit nothing.")
    private boolean dryRun;

    @Option(
            names = {"-d", "--directory"},
            paramLabel = "DIR",
            description = "Where results are left (default: ${DEFAULT-VALUE}).")
    private Path directory = Path.of("millrace-out");

    public RunCommand(CliContext context) {
        this.context = context;
    }

    @Override
    public Integer call() throws InterruptedException {
        SpecFile loaded = Submission.load(context, job, selection);
        Optional<URI> named = gateway.named(context);
        if (dryRun) {
            return new DryRun(context, loaded, owner.name(context), selection)
                    .show(named.map(this::client).or(() -> GatewayOption.running(context)), output.format());
        }
        if (named.isPresent()) {
            return run(client(named.get()), loaded);
        }
        return runOnStack(loaded);
    }

    private GatewayClient client(URI address) {
        return new GatewayClient(address, context.screen()::note);
    }

    /**
     * Runs the job on the stack that runs on this machine, no matter who started it; if there is none, on a stack that is started for this
     * run only.
     */
    @SuppressWarnings("try") // A lock is held, not used.
    private int runOnStack(SpecFile loaded) throws InterruptedException {
        while (true) {
            try (StackLock use = StackLock.use(context.state(), context.screen())) {
                Optional<GatewayClient> running = GatewayOption.running(context);
                if (running.isPresent()) {
                    return run(running.get(), loaded);
                }
            }
            Optional<StackStarter.Stack> started = start();
            if (started.isPresent()) {
                try (StackStarter.Stack stack = started.get()) {
                    return runOn(stack, loaded);
                }
            }
        }
    }

    /**
     * Runs the job on the stack. If the run fails after the stack has lost a server, the error that the user sees is the loss of the
     * server, and not an error that followed from it.
     */
    private int runOn(StackStarter.Stack stack, SpecFile loaded) throws InterruptedException {
        try {
            return run(client(stack.gateway()), loaded, stack::failure);
        } catch (CliException e) {
            throw stack.failure().map(RunCommand::lost).orElse(e);
        }
    }

    private static CliException lost(String why) {
        return new CliException(ExitCode.INFRASTRUCTURE, why);
    }

    /** Starts a stack; empty if another command has started one in the meantime. */
    @SuppressWarnings("try") // A lock is held, not used.
    private Optional<StackStarter.Stack> start() {
        try (StackLock change = StackLock.change(context.state(), context.screen())) {
            return GatewayOption.running(context).isPresent()
                    ? Optional.empty()
                    : Optional.of(context.starter().start(context.screen()));
        }
    }

    private int run(GatewayClient client, SpecFile loaded) throws InterruptedException {
        return run(client, loaded, Optional::empty);
    }

    /** @param failure returns why the gateway's stack cannot be used any more; empty while it works */
    private int run(GatewayClient client, SpecFile loaded, Supplier<Optional<String>> failure)
            throws InterruptedException {
        String jobId = Submission.submit(context, client, loaded, owner.name(context), selection);
        var open = new AtomicBoolean(true);
        var onInterrupt = new Thread(() -> cancel(client, jobId, open.get()), "cancel-on-interrupt");
        Runtime.getRuntime().addShutdownHook(onInterrupt);
        try {
            JsonNode end = new JobWatch(context.screen(), client, jobId, true, 0)
                    .toTheEnd(() -> failure.get().ifPresent(why -> {
                        throw lost(why);
                    }));
            open.set(false);
            return new Report(context.screen(), client, jobId, output.format())
                    .finish(end, OutputDirectory.ignored(directory).resolve(jobId));
        } finally {
            open.set(false);
            unhook(onInterrupt);
        }
    }

    private static void unhook(Thread hook) {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // The JVM is already shutting down and runs the hook.
            return;
        }
    }

    /** Cancels the job when the user interrupts the run. */
    private void cancel(GatewayClient client, String jobId, boolean open) {
        if (open) {
            try {
                context.screen().note("interrupted: cancelling " + jobId);
                client.cancel(jobId, owner.name(context));
            } catch (CliException e) {
                context.screen().note(String.valueOf(e.getMessage()));
            }
        }
    }
}
