/**
 * The events that are on the topics, with one record per file. Names follow the glossary. Changes within v1 only add optional fields. Pure
 * values.
 */
@NullMarked
package dev.millrace.schemas.event;

import org.jspecify.annotations.NullMarked;
