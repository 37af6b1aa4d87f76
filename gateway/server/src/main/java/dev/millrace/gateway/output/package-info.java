/** The output of tasks for readers: standard output and standard error merged by time, or live. */
@NullMarked
package dev.millrace.gateway.output;

import org.jspecify.annotations.NullMarked;
