/** Queries of the rows that the projector keeps in Cassandra. Results have the form in which the API shows them. */
@NullMarked
package dev.millrace.gateway.view;

import org.jspecify.annotations.NullMarked;
