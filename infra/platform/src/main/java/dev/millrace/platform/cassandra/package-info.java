/** The Cassandra session and the versioned migrations of its schema. */
@NullMarked
package dev.millrace.platform.cassandra;

import org.jspecify.annotations.NullMarked;
