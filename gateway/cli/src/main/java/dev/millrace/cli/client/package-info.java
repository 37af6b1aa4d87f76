/**
 * The client of the gateway: requests, whose errors it turns into exit codes, and the event stream, which it resumes after a lost
 * connection.
 */
@NullMarked
package dev.millrace.cli.client;

import org.jspecify.annotations.NullMarked;
