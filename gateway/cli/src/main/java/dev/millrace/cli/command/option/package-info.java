/** Options, arguments and forms of output that subcommands share. */
@NullMarked
package dev.millrace.cli.command.option;

import org.jspecify.annotations.NullMarked;
