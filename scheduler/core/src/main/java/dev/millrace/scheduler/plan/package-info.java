/** How a job spec becomes a plan: estimates from history and the cutting of suites. Pure. */
@NullMarked
package dev.millrace.scheduler.plan;

import org.jspecify.annotations.NullMarked;
