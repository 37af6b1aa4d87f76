/** Output of a task while it runs: captured, shown live, and put in order. */
@NullMarked
package dev.millrace.executor.output;

import org.jspecify.annotations.NullMarked;
