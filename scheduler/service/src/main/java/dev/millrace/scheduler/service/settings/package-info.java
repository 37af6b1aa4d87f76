/** The scheduler's settings: of the service, its admission and its planner. */
@NullMarked
package dev.millrace.scheduler.service.settings;

import org.jspecify.annotations.NullMarked;
