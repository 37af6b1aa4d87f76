/** A whole Maven project as a job: the user's own Maven compiles it and says how Surefire would run its tests. */
@NullMarked
package dev.millrace.cli.maven;

import org.jspecify.annotations.NullMarked;
