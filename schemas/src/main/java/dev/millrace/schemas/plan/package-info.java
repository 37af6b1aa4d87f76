/** The plan of a job: its tasks in the form that executors read. A plan is stored as one blob; events refer to it by its digest. */
@NullMarked
package dev.millrace.schemas.plan;

import org.jspecify.annotations.NullMarked;
