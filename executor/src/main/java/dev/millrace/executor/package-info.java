/**
 * The executor: takes dispatches, runs each as an isolated process, and reports. Each package uses only packages that are listed after it:
 * this one ({@code ExecutorNode} and its schedules), {@code attempt}, {@code sandbox}, {@code process}, {@code disk}, {@code inputs},
 * {@code cases}, {@code artifacts}, {@code output}, {@code settings}, {@code files}.
 */
@NullMarked
package dev.millrace.executor;

import org.jspecify.annotations.NullMarked;
