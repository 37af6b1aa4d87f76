/**
 * The HTTP server that every service uses: problem+json errors, health and metrics. It listens on loopback only until Millrace has
 * accounts.
 */
@NullMarked
package dev.millrace.platform.http;

import org.jspecify.annotations.NullMarked;
