/** The dispatcher: runs the scheduler's core as a Kafka Streams processor and keeps its state in a store with a changelog topic. */
@NullMarked
package dev.millrace.scheduler.service.dispatcher;

import org.jspecify.annotations.NullMarked;
