/** The subcommands for pools, their executors and their quotas. */
@NullMarked
package dev.millrace.cli.command.pool;

import org.jspecify.annotations.NullMarked;
