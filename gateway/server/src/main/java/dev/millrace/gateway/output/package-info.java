/** The output of tasks in the form in which readers get it: standard output and standard error merged by time, or live output. */
@NullMarked
package dev.millrace.gateway.output;

import org.jspecify.annotations.NullMarked;
