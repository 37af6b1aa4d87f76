/**
 * Parts that every service shares and none is about: configuration, clients of Kafka, Cassandra and the blob store, HTTP errors,
 * health and metrics. Depends on {@code schemas} only.
 */
@NullMarked
package dev.millrace.platform;

import org.jspecify.annotations.NullMarked;
