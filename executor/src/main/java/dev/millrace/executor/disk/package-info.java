/** The disk that attempts share: what each takes of it, and who is stopped when it runs short. */
@NullMarked
package dev.millrace.executor.disk;

import org.jspecify.annotations.NullMarked;
