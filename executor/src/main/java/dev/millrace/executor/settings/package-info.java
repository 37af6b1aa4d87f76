/** Settings of an executor, and the machine that it finds itself on. */
@NullMarked
package dev.millrace.executor.settings;

import org.jspecify.annotations.NullMarked;
