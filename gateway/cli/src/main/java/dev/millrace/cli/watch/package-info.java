/** Shows a job while it runs and afterwards: its progress, its decisions and its result files. */
@NullMarked
package dev.millrace.cli.watch;

import org.jspecify.annotations.NullMarked;
