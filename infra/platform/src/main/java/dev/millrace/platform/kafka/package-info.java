/** The Kafka clients that every service uses: settings, topic provisioning, and publishing and consuming of events. */
@NullMarked
package dev.millrace.platform.kafka;

import org.jspecify.annotations.NullMarked;
