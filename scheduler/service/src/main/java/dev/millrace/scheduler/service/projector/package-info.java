/** The projector: the dispatcher's output into Cassandra, as views for queries and as runtime history. */
@NullMarked
package dev.millrace.scheduler.service.projector;

import org.jspecify.annotations.NullMarked;
