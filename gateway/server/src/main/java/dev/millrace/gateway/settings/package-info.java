/** The gateway's settings. */
@NullMarked
package dev.millrace.gateway.settings;

import org.jspecify.annotations.NullMarked;
