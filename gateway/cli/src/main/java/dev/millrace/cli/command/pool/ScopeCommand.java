package dev.millrace.cli.command.pool;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.cli.CliContext;
import dev.millrace.cli.Screen;
import dev.millrace.cli.client.GatewayClient;
import dev.millrace.cli.command.option.GatewayOption;
import dev.millrace.cli.command.option.JobArgument;
import dev.millrace.cli.command.option.ListingOption;
import dev.millrace.cli.command.option.OwnerOption;
import dev.millrace.cli.command.option.Report;
import dev.millrace.cli.command.option.Table;
import dev.millrace.cli.watch.ScopeStory;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Scopes: what groups of tests share, and the domains that they need for themselves alone. */
@Command(
        name = "scope",
        mixinStandardHelpOptions = true,
        description = "Shows which scopes hold their domains, and releases a domain that is in quarantine.")
public final class ScopeCommand implements Runnable {
    private final CliContext context;

    @Spec
    @SuppressWarnings("NullAway.Init") // Set by picocli before run.
    private CommandSpec spec;

    public ScopeCommand(CliContext context) {
        this.context = context;
    }

    @Override
    public void run() {
        spec.commandLine().usage(spec.commandLine().getOut());
    }

    @Command(
            name = "domains",
            mixinStandardHelpOptions = true,
            description = "Lists the domains of a pool that are held or in quarantine.")
    int domains(
            @Mixin GatewayOption gateway,
            @Option(
                            names = "--pool",
                            paramLabel = "POOL",
                            defaultValue = "default",
                            description = "Default: ${DEFAULT-VALUE}.")
                    String pool,
            @Mixin ListingOption output) {
        JsonNode found = gateway.client(context)
                .get("/v1/pools/" + GatewayClient.encode(pool) + "/domains")
                .path("domains");
        Screen screen = context.screen();
        if (output.isJson()) {
            screen.result(found.toPrettyString());
            return 0;
        }
        if (found.isEmpty()) {
            screen.note("no domain of pool '" + pool + "' is held or in quarantine");
            return 0;
        }
        var table = new Table("DOMAIN", "STATE", "SCOPE", "JOB", "OWNER", "SINCE", "REASON");
        found.forEach(it -> table.row(
                Screen.safe(it.path("domain").asText()),
                it.path("state").asText(),
                Screen.safe(it.path("scope").asText()),
                it.path("job").asText(),
                Screen.safe(it.path("owner").asText("")),
                Instant.ofEpochMilli(it.path("sinceMs").asLong()).toString(),
                Screen.safe(it.path("reason").asText(""))));
        table.print(screen);
        return 0;
    }

    @Command(name = "list", mixinStandardHelpOptions = true, description = "Lists the scopes of a job.")
    int list(@Mixin GatewayOption gateway, @Mixin JobArgument job, @Mixin ListingOption output) {
        JsonNode found = gateway.client(context)
                .get("/v1/jobs/" + job.id(context) + "/scopes")
                .path("scopes");
        Screen screen = context.screen();
        if (output.isJson()) {
            screen.result(found.toPrettyString());
            return 0;
        }
        if (found.isEmpty()) {
            screen.note("the job has no scopes");
            return 0;
        }
        var table = new Table("SCOPE", "DOMAIN", "STATE", "EPOCH", "REASON");
        found.forEach(it -> table.row(
                Screen.safe(it.path("id").asText()),
                Screen.safe(it.path("domain").asText()),
                it.path("state").asText(),
                it.path("epoch").asText(),
                Screen.safe(it.path("reason").asText(""))));
        table.print(screen);
        return 0;
    }

    @Command(
            name = "show",
            mixinStandardHelpOptions = true,
            description = "Shows a scope: its rules, its epochs, and what it waits for.")
    int show(
            @Mixin GatewayOption gateway,
            @Parameters(index = "0", paramLabel = "SCOPE", description = "Its id, as in the job spec.") String scope,
            @Parameters(
                            index = "1",
                            arity = "0..1",
                            paramLabel = "JOB",
                            description = "The job (default: the last one submitted).")
                    @Nullable
                    String job,
            @Mixin ListingOption output) {
        JsonNode found = gateway.client(context)
                .get("/v1/jobs/" + JobArgument.id(context, job) + "/scopes/" + GatewayClient.encode(scope));
        Screen screen = context.screen();
        if (output.isJson()) {
            screen.result(found.toPrettyString());
            return 0;
        }
        ScopeStory.of(found).forEach(screen::result);
        return 0;
    }

    @Command(
            name = "release",
            mixinStandardHelpOptions = true,
            description =
                    "Releases a domain that is in quarantine because a tear-down failed. First put right what it left.")
    int release(
            @Mixin GatewayOption gateway,
            @Mixin OwnerOption by,
            @Parameters(paramLabel = "DOMAIN", description = "Its name, as 'scope domains' lists it.") String domain,
            @Option(
                            names = "--pool",
                            paramLabel = "POOL",
                            defaultValue = "default",
                            description = "Default: ${DEFAULT-VALUE}.")
                    String pool,
            @Option(
                            names = "--reason",
                            paramLabel = "TEXT",
                            defaultValue = "put right by an operator",
                            description = "Kept in the log of events. Default: ${DEFAULT-VALUE}.")
                    String reason) {
        gateway.client(context)
                .post(
                        "/v1/pools/" + GatewayClient.encode(pool) + "/domains/" + GatewayClient.encode(domain)
                                + "/release",
                        Report.object().put("reason", reason),
                        by.name(context));
        context.screen().note("accepted; scopes of domain " + domain + " may be opened again in a moment");
        return 0;
    }
}
