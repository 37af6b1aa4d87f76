/** What the set-up of a scope leaves for its tests and its tear-down. */
@NullMarked
package dev.millrace.executor.scope;

import org.jspecify.annotations.NullMarked;
