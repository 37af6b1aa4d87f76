/** What every HTTP server of the platform does alike: problem+json errors, health, metrics, loopback until accounts exist. */
@NullMarked
package dev.millrace.platform.http;

import org.jspecify.annotations.NullMarked;
