/** The problems that services answer with: their kinds, and the exceptions that end a request with one. */
@NullMarked
package dev.millrace.platform.problem;

import org.jspecify.annotations.NullMarked;
