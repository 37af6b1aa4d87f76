package dev.millrace.cli.command.option;

import dev.millrace.cli.CliContext;
import dev.millrace.cli.CliException;
import dev.millrace.cli.ExitCode;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The owner that a command acts for: the owner of the job, or the name recorded with an operator's action. */
public final class OwnerOption {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._@-]{0,99}");

    @Option(
            names = "--owner",
            paramLabel = "OWNER",
            description =
                    "The owner of the job, or your name for an operator's action (default: $MILLRACE_OWNER, else the gateway's default owner).")
    private @Nullable String owner;

    /** @throws CliException if the name is not valid; the gateway would refuse it, and it might not even be allowed in an HTTP header */
    public Optional<String> name(CliContext context) {
        String named = owner != null ? owner : context.environment().get("MILLRACE_OWNER");
        if (named != null && !NAME.matcher(named).matches()) {
            throw new CliException(
                    ExitCode.USAGE,
                    "bad value '" + named
                            + "' for the owner; accepted: 1 to 100 letters, digits, '.', '_', '@' and '-', beginning with a letter or digit");
        }
        return Optional.ofNullable(named);
    }
}
