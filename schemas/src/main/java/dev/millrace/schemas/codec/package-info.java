/** How events become records: which topic and partition they go to, and their form as CloudEvents 1.0 in Kafka's binary mode. */
@NullMarked
package dev.millrace.schemas.codec;

import org.jspecify.annotations.NullMarked;
