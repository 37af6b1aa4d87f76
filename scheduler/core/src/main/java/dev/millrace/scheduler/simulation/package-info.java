/**
 * A pool in virtual time: the real core with executors that take a given time. For benchmarks of the order,
 * and for asking what another policy would have done with a recorded day. Pure: no clock, no threads, no I/O.
 */
@NullMarked
package dev.millrace.scheduler.simulation;

import org.jspecify.annotations.NullMarked;
