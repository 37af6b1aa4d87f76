/**
 * Runs real Kafka, Cassandra and S3 servers as child JVMs, each with its own class path. {@code up} and the integration tests both start
 * them through {@link EmbeddedServers}. Each server requires credentials, which are made at the first start. This package does not depend
 * on the services that use the servers.
 */
@NullMarked
package dev.millrace.embedded;

import org.jspecify.annotations.NullMarked;
