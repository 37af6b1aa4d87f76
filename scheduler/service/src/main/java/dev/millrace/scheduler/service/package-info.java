/**
 * Connects the scheduler's core to Kafka and Cassandra. The subpackages hold the planner, the dispatcher and the projector. This package
 * wires them together and makes no decisions itself.
 */
@NullMarked
package dev.millrace.scheduler.service;

import org.jspecify.annotations.NullMarked;
