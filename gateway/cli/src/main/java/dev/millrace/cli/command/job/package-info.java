/** The subcommands that make a job, follow it and change it. */
@NullMarked
package dev.millrace.cli.command.job;

import org.jspecify.annotations.NullMarked;
