package dev.millrace.cli.command.option;

/** The format in which a command that follows a job reports its result. */
public enum OutputFormat {
    text,
    json,
    junit
}
