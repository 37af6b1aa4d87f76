/** Bounded work: a pool of threads a dependency, and caches that are bounded by bytes. Depends on Vert.x and Micrometer only. */
@NullMarked
package dev.millrace.platform.work;

import org.jspecify.annotations.NullMarked;
