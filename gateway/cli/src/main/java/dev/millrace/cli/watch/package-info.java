/** The display of a job while it runs and after: progress, summary, and the files left behind. */
@NullMarked
package dev.millrace.cli.watch;

import org.jspecify.annotations.NullMarked;
