/** The shared JSON configuration, and the checks on JSON that others wrote: its shape, its size, and the required fields of records. */
@NullMarked
package dev.millrace.schemas.json;

import org.jspecify.annotations.NullMarked;
