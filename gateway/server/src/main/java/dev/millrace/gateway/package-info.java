/**
 * The gateway: the HTTP, WebSocket and SSE API. Publishes what clients ask for to Kafka, answers queries from Cassandra's
 * views, and passes on live events from the topics. Decides nothing about jobs.
 */
@NullMarked
package dev.millrace.gateway;

import org.jspecify.annotations.NullMarked;
