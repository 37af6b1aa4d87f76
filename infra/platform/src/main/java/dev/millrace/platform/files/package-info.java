/** Files that nobody but their owner may read. */
@NullMarked
package dev.millrace.platform.files;

import org.jspecify.annotations.NullMarked;
