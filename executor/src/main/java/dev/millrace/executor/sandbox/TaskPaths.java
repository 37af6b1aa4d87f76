package dev.millrace.executor.sandbox;

import java.nio.file.Path;

/** The directories of an attempt by the names its task knows them by; elsewhere they may be called otherwise. */
public record TaskPaths(Path work, Path home, Path tmp, Path out) {}
