/**
 * The planner: makes a plan from a submitted spec and the runtime history, stores the plan as a blob, and queues its tasks in one
 * transaction.
 */
@NullMarked
package dev.millrace.scheduler.service.planner;

import org.jspecify.annotations.NullMarked;
