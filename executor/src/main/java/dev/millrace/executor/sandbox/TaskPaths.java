package dev.millrace.executor.sandbox;

import java.nio.file.Path;

/** The directories of an attempt as its task sees them. Outside the sandbox they may have other paths. */
public record TaskPaths(Path work, Path home, Path tmp, Path out) {}
