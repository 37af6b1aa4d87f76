/** One attempt from its dispatch to its report: prepared, run, sealed, stored and cleared away. */
@NullMarked
package dev.millrace.executor.attempt;

import org.jspecify.annotations.NullMarked;
