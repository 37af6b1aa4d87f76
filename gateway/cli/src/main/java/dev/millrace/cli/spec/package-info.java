/** From a spec file to what is submitted: inputs hashed and uploaded, suites discovered. */
@NullMarked
package dev.millrace.cli.spec;

import org.jspecify.annotations.NullMarked;
