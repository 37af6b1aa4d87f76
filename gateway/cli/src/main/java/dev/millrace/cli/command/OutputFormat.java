package dev.millrace.cli.command;

/** How a command reports. */
enum OutputFormat {
    text,
    json,
    junit
}
