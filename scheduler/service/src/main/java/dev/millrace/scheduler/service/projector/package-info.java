/** The projector: writes the dispatcher's output to Cassandra, as views for queries and as runtime history. */
@NullMarked
package dev.millrace.scheduler.service.projector;

import org.jspecify.annotations.NullMarked;
