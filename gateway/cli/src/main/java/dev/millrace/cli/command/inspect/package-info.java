/** The subcommands that show what happened: tasks, logs, history and reasons. */
@NullMarked
package dev.millrace.cli.command.inspect;

import org.jspecify.annotations.NullMarked;
