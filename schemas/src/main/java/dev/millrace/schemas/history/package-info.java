/**
 * Runtime history: the name of a test in the history, the estimates made from its samples, and the distribution of samples over a table.
 * The code is pure. It is in this module because the planner, which uses the estimates, and the services that show them must get the same
 * results.
 */
@NullMarked
package dev.millrace.schemas.history;

import org.jspecify.annotations.NullMarked;
