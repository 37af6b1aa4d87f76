/** The merged JUnit XML of a job. */
@NullMarked
package dev.millrace.gateway.junit;

import org.jspecify.annotations.NullMarked;
