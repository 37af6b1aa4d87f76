/** The settings of the scheduler: those of the service, of admission and of the planner. */
@NullMarked
package dev.millrace.scheduler.service.settings;

import org.jspecify.annotations.NullMarked;
