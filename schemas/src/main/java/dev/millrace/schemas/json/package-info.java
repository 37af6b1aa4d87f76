/** The one configuration of JSON, and the rules for what others wrote: its shape, its size, and the fields that records must have. */
@NullMarked
package dev.millrace.schemas.json;

import org.jspecify.annotations.NullMarked;
