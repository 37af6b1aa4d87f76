/**
 * Checks the promises of the platform from the log alone. It shares no code with the services except the events themselves, so a mistake in
 * a service cannot hide itself.
 */
@NullMarked
package dev.millrace.checker;

import org.jspecify.annotations.NullMarked;
