/** Turns a job spec into a plan: estimates run times from history and cuts suites into tasks. Pure. */
@NullMarked
package dev.millrace.scheduler.plan;

import org.jspecify.annotations.NullMarked;
