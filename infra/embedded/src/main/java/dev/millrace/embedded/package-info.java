/**
 * Real Kafka, Cassandra and S3 servers as child JVMs with class paths of their own: one way in for {@code up} and for
 * integration tests. Knows nothing of the platform that uses them.
 */
@NullMarked
package dev.millrace.embedded;

import org.jspecify.annotations.NullMarked;
