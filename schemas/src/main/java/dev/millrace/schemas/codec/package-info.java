/** How values become bytes: the one JSON configuration, and events as CloudEvents 1.0 in Kafka's binary mode. */
@NullMarked
package dev.millrace.schemas.codec;

import org.jspecify.annotations.NullMarked;
