/** Task processes: starts them so that no process of a task can outlive the executor, and kills whole process trees. JDK only. */
@NullMarked
package dev.millrace.executor.process;

import org.jspecify.annotations.NullMarked;
