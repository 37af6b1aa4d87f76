/** The HTTP server that every service uses: problem+json errors, health, metrics, loopback until accounts exist. */
@NullMarked
package dev.millrace.platform.http;

import org.jspecify.annotations.NullMarked;
