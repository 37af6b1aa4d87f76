/** Measurements of a running stack from outside, over its HTTP API and its topics, and of the scheduler core alone. */
@NullMarked
package dev.millrace.loadtest;

import org.jspecify.annotations.NullMarked;
