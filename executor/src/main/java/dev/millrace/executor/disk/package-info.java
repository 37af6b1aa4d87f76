/** The disk that attempts share: how much each of them uses, and which one is stopped when space runs short. */
@NullMarked
package dev.millrace.executor.disk;

import org.jspecify.annotations.NullMarked;
