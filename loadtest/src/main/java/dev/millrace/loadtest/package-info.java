/** Measurements against a running stack, from outside: over its HTTP API and its topics. */
@NullMarked
package dev.millrace.loadtest;

import org.jspecify.annotations.NullMarked;
