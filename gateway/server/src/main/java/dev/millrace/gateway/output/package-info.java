/** The output of tasks for readers: combined by time, or live. */
@NullMarked
package dev.millrace.gateway.output;

import org.jspecify.annotations.NullMarked;
