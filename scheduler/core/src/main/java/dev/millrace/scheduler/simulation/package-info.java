/**
 * Simulates a pool in virtual time: the real core, with executors on which each attempt takes a given time. Used to benchmark the order of
 * tasks, and to find out what another policy would have done with a recorded period. Pure: no clock, no threads, no I/O.
 */
@NullMarked
package dev.millrace.scheduler.simulation;

import org.jspecify.annotations.NullMarked;
