/**
 * Real Kafka, Cassandra and S3 servers as child JVMs with class paths of their own: one way in for {@code up} and for
 * integration tests. Each asks for credentials that were made at the first start. Knows nothing of the services that use them.
 */
@NullMarked
package dev.millrace.embedded;

import org.jspecify.annotations.NullMarked;
