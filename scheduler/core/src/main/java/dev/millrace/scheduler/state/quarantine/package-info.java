/** Which executors of a pool are trusted: their marks, and what their failures say about them. Decisions see {@code QuarantineView}. */
@NullMarked
package dev.millrace.scheduler.state.quarantine;

import org.jspecify.annotations.NullMarked;
