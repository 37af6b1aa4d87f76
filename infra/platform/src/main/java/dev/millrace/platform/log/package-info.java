/** Key-value pairs that log lines carry in addition to their message. Depends on no other package of the platform. */
@NullMarked
package dev.millrace.platform.log;

import org.jspecify.annotations.NullMarked;
