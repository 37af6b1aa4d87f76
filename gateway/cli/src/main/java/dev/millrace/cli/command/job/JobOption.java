package dev.millrace.cli.command.job;

import dev.millrace.cli.maven.MavenProject;
import dev.millrace.schemas.spec.SpecDuration;
import dev.millrace.schemas.spec.SpecLimits;
import dev.millrace.schemas.spec.TaskDefaults;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The job to run: a job spec, or a Maven project that has no job spec. */
final class JobOption {
    private static final Path DEFAULT_SPEC = Path.of("job.yaml");

    @Spec(Spec.Target.MIXEE)
    @SuppressWarnings("NullAway.Init") // Set by picocli before call.
    private CommandSpec command;

    @Parameters(paramLabel = "SPEC", arity = "0..1", description = "The job spec, YAML or JSON (default: job.yaml).")
    private @Nullable Path spec;

    @ArgGroup(exclusive = false, heading = "%nA Maven project instead of a job spec:%n")
    private @Nullable Maven maven;

    static final class Maven {
        @Option(
                names = "--maven",
                paramLabel = "DIR",
                required = true,
                description =
                        "Compile the project in DIR and run the tests that 'mvn test' would, a suite for each module.")
        private Path directory = Path.of(".");

        @Option(
                names = "--module",
                paramLabel = "MODULE",
                description = "Only the tests of this module, as Maven's -pl takes it. May be repeated.")
        private List<String> modules = List.of();

        @Option(
                names = "--maven-arg",
                paramLabel = "ARG",
                description = "An argument for Maven, such as -Pfast. May be repeated.")
        private List<String> arguments = List.of();

        @Option(names = "--retries", paramLabel = "N", description = "Further attempts at a task that fails.")
        private @Nullable Integer retries;

        @Option(names = "--timeout", paramLabel = "TIME", description = "Of a task, such as 10m.")
        private @Nullable String timeout;

        @Option(
                names = "--artifact",
                paramLabel = "GLOB",
                description = "Files to keep of each task, relative to the project. May be repeated.")
        private List<String> artifacts = List.of();
    }

    Path spec() {
        return spec != null ? spec : DEFAULT_SPEC;
    }

    /** Returns the Maven project to run; empty if a job spec is to run. */
    Optional<MavenProject> maven() {
        Maven chosen = maven;
        if (chosen == null) {
            return Optional.empty();
        }
        if (spec != null) {
            throw new ParameterException(
                    command.commandLine(), "a job spec and '--maven' exclude each other; name one of them");
        }
        Integer retries = chosen.retries;
        if (retries != null && (retries < 0 || retries > SpecLimits.MAX_RETRIES)) {
            throw new ParameterException(
                    command.commandLine(),
                    "bad value '" + retries + "' for '--retries'; accepted: 0 to " + SpecLimits.MAX_RETRIES);
        }
        var settings = new TaskDefaults(
                timeout(chosen.timeout),
                null,
                retries,
                chosen.artifacts.isEmpty() ? null : chosen.artifacts,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null);
        return Optional.of(new MavenProject(real(chosen.directory), chosen.modules, chosen.arguments, settings));
    }

    /** Resolves symbolic links, since Maven reports the real paths of its directories. */
    private Path real(Path directory) {
        try {
            return directory.toRealPath();
        } catch (IOException e) {
            throw new ParameterException(
                    command.commandLine(), "bad value '" + directory + "' for '--maven'; there is no such directory");
        }
    }

    private @Nullable SpecDuration timeout(@Nullable String text) {
        if (text == null) {
            return null;
        }
        try {
            return SpecDuration.parse(text);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(
                    command.commandLine(),
                    "bad value '" + text + "' for '--timeout'; accepted: such as 90s, 10m or 2h");
        }
    }
}
