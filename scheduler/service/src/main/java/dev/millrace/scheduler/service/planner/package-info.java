/** The planner: from a submitted spec and the runtime history to a plan, stored as a blob and queued in one transaction. */
@NullMarked
package dev.millrace.scheduler.service.planner;

import org.jspecify.annotations.NullMarked;
