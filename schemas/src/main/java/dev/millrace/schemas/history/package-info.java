/**
 * Runtime history: how a test is named, what its samples say, how they are spread over a table. Pure, and here because who
 * plans by it and who shows it must not differ.
 */
@NullMarked
package dev.millrace.schemas.history;

import org.jspecify.annotations.NullMarked;
