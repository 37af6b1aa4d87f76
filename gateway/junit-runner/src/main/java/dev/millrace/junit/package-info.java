/**
 * Runs inside the user's own JVM, on the user's class path. It finds test classes, or runs some of them and writes the result of each case
 * as soon as the case ends. It depends only on the JUnit Platform on that class path, and on no other Millrace code.
 */
package dev.millrace.junit;
