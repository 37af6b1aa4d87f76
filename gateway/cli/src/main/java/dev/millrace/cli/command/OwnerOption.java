package dev.millrace.cli.command;

import dev.millrace.cli.CliContext;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Who asks: on whose account a job runs, and who is named for what an operator does. */
final class OwnerOption {
    @Option(
            names = "--owner",
            paramLabel = "OWNER",
            description = "Who asks (default: $MILLRACE_OWNER, else the gateway's default owner).")
    private @Nullable String owner;

    Optional<String> name(CliContext context) {
        return Optional.ofNullable(owner != null ? owner : context.environment().get("MILLRACE_OWNER"));
    }
}
