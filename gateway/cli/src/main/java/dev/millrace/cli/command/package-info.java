/** The commands, one class each. */
@NullMarked
package dev.millrace.cli.command;

import org.jspecify.annotations.NullMarked;
