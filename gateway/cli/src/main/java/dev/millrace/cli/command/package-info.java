/** The command itself, which finds the subcommands; {@code job}, {@code pool} and {@code inspect} hold one class for each, and {@code option} what they share. */
@NullMarked
package dev.millrace.cli.command;

import org.jspecify.annotations.NullMarked;
