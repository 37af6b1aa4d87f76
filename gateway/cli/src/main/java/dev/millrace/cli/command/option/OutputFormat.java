package dev.millrace.cli.command.option;

/** How a command reports. */
public enum OutputFormat {
    text,
    json,
    junit
}
