/** Schedules that live as long as their service. Depends on the JDK alone. */
@NullMarked
package dev.millrace.platform.schedule;

import org.jspecify.annotations.NullMarked;
