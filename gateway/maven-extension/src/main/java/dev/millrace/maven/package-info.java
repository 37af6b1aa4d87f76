/** Runs inside the user's Maven and writes to files how Surefire would run the tests of each module. */
@NullMarked
package dev.millrace.maven;

import org.jspecify.annotations.NullMarked;
