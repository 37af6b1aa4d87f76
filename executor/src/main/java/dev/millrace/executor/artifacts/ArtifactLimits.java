package dev.millrace.executor.artifacts;

/**
 * Limits for the artifacts of one task. Files beyond a limit are not stored, and a note names them.
 *
 * @param bytes total size of all files
 * @param nameBytes total size of the names of all files, as UTF-8; the names are held in memory until all files are stored
 * @param matchSteps steps for matching the names of the task's files with its patterns; files after the last step are left out
 */
public record ArtifactLimits(long bytes, int files, int nameBytes, long matchSteps) {}
