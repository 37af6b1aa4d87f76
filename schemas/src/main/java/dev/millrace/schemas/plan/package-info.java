/** The plan of a job: its tasks as executors read them, stored as one blob and named by digest in events. */
@NullMarked
package dev.millrace.schemas.plan;

import org.jspecify.annotations.NullMarked;
