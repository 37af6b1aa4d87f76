package dev.millrace.cli.command.option;

import dev.millrace.cli.CliContext;
import dev.millrace.cli.CliException;
import dev.millrace.cli.ExitCode;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Who asks: on whose account a job runs, and who is named for what an operator does. */
public final class OwnerOption {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._@-]{0,99}");

    @Option(
            names = "--owner",
            paramLabel = "OWNER",
            description = "Who asks (default: $MILLRACE_OWNER, else the gateway's default owner).")
    private @Nullable String owner;

    /** @throws CliException for a name that no gateway accepts, and that may not even fit into a header */
    public Optional<String> name(CliContext context) {
        String named = owner != null ? owner : context.environment().get("MILLRACE_OWNER");
        if (named != null && !NAME.matcher(named).matches()) {
            throw new CliException(
                    ExitCode.USAGE,
                    "bad value '" + named
                            + "' for the owner; accepted: 1 to 100 letters, digits, '.', '_', '@' and '-'");
        }
        return Optional.ofNullable(named);
    }
}
