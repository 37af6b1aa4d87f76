/**
 * The events, one record a file: what is on the topics, in the words of the glossary. Within v1 only optional fields are
 * added. Pure values.
 */
@NullMarked
package dev.millrace.schemas.event;

import org.jspecify.annotations.NullMarked;
