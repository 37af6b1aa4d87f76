package dev.millrace.schemas.spec;

/**
 * Local files a job needs.
 *
 * @param from a file or directory, relative to the spec file
 * @param to where it appears in the task's working directory; {@code .} for the directory itself
 */
public record InputMapping(String from, String to) {}
