package dev.millrace.executor.artifacts;

/**
 * How much is kept of the artifacts of one task; what is beyond is left out by name.
 *
 * @param bytes of all files together
 * @param nameBytes of the names of all files together, as UTF-8; they are held in memory until all files are stored
 * @param matchSteps for matching the names of its files with its patterns; files that come after that are left out
 */
public record ArtifactLimits(long bytes, int files, int nameBytes, long matchSteps) {}
