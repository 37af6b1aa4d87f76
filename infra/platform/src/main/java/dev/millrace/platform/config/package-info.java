/**
 * Configuration: merges the file, the environment variables and the flags, where later sources override earlier ones, and makes immutable
 * records of the values. The error for a bad key or value names it.
 */
@NullMarked
package dev.millrace.platform.config;

import org.jspecify.annotations.NullMarked;
