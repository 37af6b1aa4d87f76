/** The job spec: its records, its JSON Schema, and a reader whose errors name file, line, path and what is accepted. */
@NullMarked
package dev.millrace.schemas.spec;

import org.jspecify.annotations.NullMarked;
