/** Clients of Kafka as every service uses them: settings, topic provisioning and publishing of events. */
@NullMarked
package dev.millrace.platform.kafka;

import org.jspecify.annotations.NullMarked;
