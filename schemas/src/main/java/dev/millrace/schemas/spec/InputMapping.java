package dev.millrace.schemas.spec;

/**
 * A local file or directory that a job needs.
 *
 * @param from a file or directory, relative to the spec file
 * @param to path in the task's working directory at which the file or directory appears; {@code .} for the working directory itself
 */
public record InputMapping(String from, String to) {}
