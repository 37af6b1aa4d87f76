/**
 * Decides what follows from an input, and finds what is due. The classes here read the state and return events. They cannot change the
 * state: its mutators are not visible here.
 */
@NullMarked
package dev.millrace.scheduler.decide;

import org.jspecify.annotations.NullMarked;
