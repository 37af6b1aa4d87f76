package dev.millrace.cli.command.option;

import dev.millrace.cli.CliContext;
import dev.millrace.cli.CliException;
import dev.millrace.cli.ExitCode;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Parameters;

/** A job, by default the last one submitted here. */
public final class JobArgument {
    @Parameters(arity = "0..1", paramLabel = "JOB", description = "The job (default: the last one submitted).")
    private @Nullable String job;

    public String id(CliContext context) {
        return id(context, job);
    }

    /** Returns {@code named}, or the last job that was submitted here if it is null. */
    public static String id(CliContext context, @Nullable String named) {
        if (named != null) {
            return named;
        }
        return context.state()
                .lastJob()
                .orElseThrow(() -> new CliException(ExitCode.USAGE, "no job was submitted from here yet; name one"));
    }
}
