/** Queries: the rows the projector keeps in Cassandra, as the API shows them. */
@NullMarked
package dev.millrace.gateway.view;

import org.jspecify.annotations.NullMarked;
