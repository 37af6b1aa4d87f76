package dev.millrace.cli;

import java.nio.file.Path;
import java.util.Map;

/**
 * What commands need from around them.
 *
 * @param junitRunner the jar that runs inside users' JVMs
 */
public record CliContext(
        Screen screen,
        Map<String, String> environment,
        StateDirectory state,
        StackStarter starter,
        Path junitRunner,
        Reproducer reproducer) {}
