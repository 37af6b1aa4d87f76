/**
 * Bounded work: one thread pool for each dependency, queues in which owners take turns, and caches that are bounded by bytes. Depends on no
 * other package of Millrace.
 */
@NullMarked
package dev.millrace.platform.work;

import org.jspecify.annotations.NullMarked;
