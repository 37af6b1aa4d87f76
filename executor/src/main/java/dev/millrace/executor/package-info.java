/**
 * The executor: takes dispatches, runs each as an isolated process, streams and seals its output, stores artifacts, and
 * reports. Packages below: {@code process} (trees of processes and their watchdog), {@code io} (inputs, output, artifacts).
 */
@NullMarked
package dev.millrace.executor;

import org.jspecify.annotations.NullMarked;
