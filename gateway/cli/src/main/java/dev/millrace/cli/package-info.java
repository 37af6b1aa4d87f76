/**
 * The commands that talk to a gateway, and to the upload address it hands out. Below: {@code client} (HTTP and WebSocket),
 * {@code spec} (inputs and suites of a spec), {@code watch} (progress and results).
 */
@NullMarked
package dev.millrace.cli;

import org.jspecify.annotations.NullMarked;
