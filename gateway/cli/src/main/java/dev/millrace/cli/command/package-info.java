/**
 * The root command, which finds the subcommands. The packages {@code job}, {@code pool} and {@code inspect} contain one class for each
 * subcommand; {@code option} contains the options and output formats that subcommands share.
 */
@NullMarked
package dev.millrace.cli.command;

import org.jspecify.annotations.NullMarked;
