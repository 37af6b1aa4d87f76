/**
 * The gateway: the HTTP, WebSocket and SSE API. It publishes the requests of clients to Kafka, answers queries from the views in Cassandra,
 * and passes on live events from the Kafka topics. It decides nothing about jobs.
 */
@NullMarked
package dev.millrace.gateway;

import org.jspecify.annotations.NullMarked;
