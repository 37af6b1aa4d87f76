/** What the scheduler knows of jobs, tasks, executors and owners: values that never change. Depends on {@code schemas} alone. */
@NullMarked
package dev.millrace.scheduler.model;

import org.jspecify.annotations.NullMarked;
