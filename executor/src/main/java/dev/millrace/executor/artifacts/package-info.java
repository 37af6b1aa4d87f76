/** Files that a task leaves: found in its directories by patterns, within limits, and stored. */
@NullMarked
package dev.millrace.executor.artifacts;

import org.jspecify.annotations.NullMarked;
