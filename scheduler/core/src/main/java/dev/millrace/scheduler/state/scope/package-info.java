/** Scopes: which tasks of a job may be placed, because their scope holds its domain and is set up. Decisions see {@code ScopesView}. */
@NullMarked
package dev.millrace.scheduler.state.scope;

import org.jspecify.annotations.NullMarked;
