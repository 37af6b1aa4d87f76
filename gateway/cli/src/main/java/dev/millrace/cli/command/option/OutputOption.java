package dev.millrace.cli.command.option;

import picocli.CommandLine.Option;

/** The option for the format in which a command that follows a job reports its result. */
public final class OutputOption {
    @Option(
            names = "--output",
            paramLabel = "FORMAT",
            description = "${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
    private OutputFormat format = OutputFormat.text;

    public OutputFormat format() {
        return format;
    }

    public boolean isJson() {
        return format == OutputFormat.json;
    }
}
