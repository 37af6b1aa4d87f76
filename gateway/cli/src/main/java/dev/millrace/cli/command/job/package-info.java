/** The subcommands that submit, follow, list, cancel and retry jobs and fetch their results. */
@NullMarked
package dev.millrace.cli.command.job;

import org.jspecify.annotations.NullMarked;
