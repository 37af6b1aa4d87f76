/** Immutable values: jobs, tasks, executors and owners. Depends on {@code schemas} alone. */
@NullMarked
package dev.millrace.scheduler.model;

import org.jspecify.annotations.NullMarked;
