/**
 * Kafka and Cassandra around the scheduler's core: below, the planner, the dispatcher and the projector; here, their
 * wiring. Decides nothing itself.
 */
@NullMarked
package dev.millrace.scheduler.service;

import org.jspecify.annotations.NullMarked;
