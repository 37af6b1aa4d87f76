/** The directories of an attempt: where they are, and deleting them whatever a task left in them. JDK only. */
@NullMarked
package dev.millrace.executor.files;

import org.jspecify.annotations.NullMarked;
