/**
 * Assembles the platform; this is the only package that knows all services. It contains the entry point, the commands {@code up}, {@code
 * down}, {@code status} and {@code serve}, and the offline commands {@code audit} and {@code whatif}.
 */
@NullMarked
package dev.millrace.dist;

import org.jspecify.annotations.NullMarked;
