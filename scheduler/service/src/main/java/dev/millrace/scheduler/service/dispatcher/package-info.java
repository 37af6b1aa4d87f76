/** The dispatcher: the scheduler's core as a Kafka Streams processor, its state in a changelogged store. */
@NullMarked
package dev.millrace.scheduler.service.dispatcher;

import org.jspecify.annotations.NullMarked;
