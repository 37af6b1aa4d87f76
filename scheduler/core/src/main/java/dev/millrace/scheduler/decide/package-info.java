/**
 * Decisions: from an input, and from what is due. They read the state and return events. They cannot change the state: its mutators are not
 * visible here.
 */
@NullMarked
package dev.millrace.scheduler.decide;

import org.jspecify.annotations.NullMarked;
