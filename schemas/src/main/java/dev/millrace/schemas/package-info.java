/**
 * The language Millrace's parts speak: ids, and below this package the events, topics, job spec, plans and blobs.
 * Depends on nothing else of ours; every other module may depend on it.
 */
@NullMarked
package dev.millrace.schemas;

import org.jspecify.annotations.NullMarked;
