/** Assembly: the one place that knows all services. {@code up}, {@code down}, {@code status}, {@code serve} and the entry point. */
@NullMarked
package dev.millrace.dist;

import org.jspecify.annotations.NullMarked;
