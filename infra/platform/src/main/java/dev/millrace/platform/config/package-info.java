/** Configuration: file, then environment, then flags, into immutable records; a bad key or value names itself. */
@NullMarked
package dev.millrace.platform.config;

import org.jspecify.annotations.NullMarked;
