/**
 * The job spec: its records, its JSON Schema, and a reader whose error messages contain the file, the line, the JSON pointer and the
 * accepted values.
 */
@NullMarked
package dev.millrace.schemas.spec;

import org.jspecify.annotations.NullMarked;
