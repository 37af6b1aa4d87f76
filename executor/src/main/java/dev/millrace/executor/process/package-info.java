/** Task processes: starting them so that nothing of them can outlive the executor, and killing whole trees. JDK only. */
@NullMarked
package dev.millrace.executor.process;

import org.jspecify.annotations.NullMarked;
