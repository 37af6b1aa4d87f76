/**
 * Keeps tasks from each other and from the platform: namespaces by bubblewrap, limits by control groups, and what of both
 * this machine has. Decides how a task is started; {@code process} starts it. Depends on nothing of the executor but that.
 */
@NullMarked
package dev.millrace.executor.sandbox;

import org.jspecify.annotations.NullMarked;
