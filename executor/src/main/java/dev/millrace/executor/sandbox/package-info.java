/**
 * Keeps tasks from each other and from the platform: with namespaces (bubblewrap) and limits (control groups), and
 * finds out which of them this machine supports. Decides how a task is started; the package {@code process} starts it. Of the executor it
 * depends only on the packages {@code process} and {@code files}.
 */
@NullMarked
package dev.millrace.executor.sandbox;

import org.jspecify.annotations.NullMarked;
