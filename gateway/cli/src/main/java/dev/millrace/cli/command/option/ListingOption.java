package dev.millrace.cli.command.option;

import picocli.CommandLine.Option;

/** The form in which a command shows what there is: a text for people, or JSON. Anything else is refused. */
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
