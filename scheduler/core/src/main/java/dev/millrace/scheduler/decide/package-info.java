/**
 * What follows from an input, and what is due: reads the state and returns events. It cannot change the state, since what would is not
 * visible here.
 */
@NullMarked
package dev.millrace.scheduler.decide;

import org.jspecify.annotations.NullMarked;
