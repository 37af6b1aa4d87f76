/**
 * The data formats that all Millrace modules share: ids, and in subpackages the events, topics, job spec, plans and blobs. This module
 * depends on no other Millrace module; every other module may depend on it.
 */
@NullMarked
package dev.millrace.schemas;

import org.jspecify.annotations.NullMarked;
