/** The gateway as seen by a client: requests with their errors turned into exit codes, and the resumable event stream. */
@NullMarked
package dev.millrace.cli.client;

import org.jspecify.annotations.NullMarked;
