/**
 * The commands that talk to a gateway, and to the artifact service whose address the gateway tells them. Its packages include {@code
 * client} (HTTP and server-sent events), {@code command} (one class for each subcommand), {@code maven} (a Maven project as a job), {@code
 * spec} (inputs and suites of a spec) and {@code watch} (progress and results).
 */
@NullMarked
package dev.millrace.cli;

import org.jspecify.annotations.NullMarked;
