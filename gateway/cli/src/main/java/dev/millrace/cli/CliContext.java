package dev.millrace.cli;

import java.nio.file.Path;
import java.util.Map;

/**
 * The objects that commands share: streams, environment variables, state and collaborators.
 *
 * @param junitRunner the jar that runs inside users' JVMs
 * @param mavenExtension the jar that runs inside users' Maven
 */
public record CliContext(
        Screen screen,
        Map<String, String> environment,
        StateDirectory state,
        StackStarter starter,
        Path junitRunner,
        Path mavenExtension,
        Reproducer reproducer) {}
