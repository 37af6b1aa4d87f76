/** Runs inside the user's Maven and writes down how Surefire would run each module's tests. */
@NullMarked
package dev.millrace.maven;

import org.jspecify.annotations.NullMarked;
