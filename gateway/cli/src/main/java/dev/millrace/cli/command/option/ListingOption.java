package dev.millrace.cli.command.option;

import picocli.CommandLine.Option;

/** The output format of a command that lists or shows something: text for people, or JSON. Other formats are refused. */
public final class ListingOption {
    private enum Format {
        text,
        json
    }

    @Option(
            names = "--output",
            paramLabel = "FORMAT",
            description = "${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
    private Format format = Format.text;

    public boolean isJson() {
        return format == Format.json;
    }
}
