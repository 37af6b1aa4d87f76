/** What log lines carry beside their own words. Depends on nothing else of the platform. */
@NullMarked
package dev.millrace.platform.log;

import org.jspecify.annotations.NullMarked;
