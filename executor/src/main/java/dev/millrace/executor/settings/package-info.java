/** Settings of an executor, and the resources of the machine on which it runs. */
@NullMarked
package dev.millrace.executor.settings;

import org.jspecify.annotations.NullMarked;
