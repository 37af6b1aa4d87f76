/** Turns a spec file into a job to submit: hashes and uploads its inputs, and discovers the tests of its suites. */
@NullMarked
package dev.millrace.cli.spec;

import org.jspecify.annotations.NullMarked;
