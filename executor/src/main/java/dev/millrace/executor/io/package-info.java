/** A task's inputs and outputs: cached inputs, bounded output, live tail, artifacts, results of test cases. */
@NullMarked
package dev.millrace.executor.io;

import org.jspecify.annotations.NullMarked;
