/**
 * The parts that all services share and that belong to no single service: configuration, clients of Kafka, Cassandra and the blob store,
 * the HTTP server with its errors, health and metrics. Depends on {@code schemas} only.
 */
@NullMarked
package dev.millrace.platform;

import org.jspecify.annotations.NullMarked;
