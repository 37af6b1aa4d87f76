/**
 * Runs inside the user's own JVM, on the user's class path: finds test classes, and runs some of them with the result of
 * every case written down at once. Depends on the JUnit Platform that it finds there and on nothing of ours.
 */
package dev.millrace.junit;
