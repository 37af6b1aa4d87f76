package dev.millrace.schemas.spec;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The set-up or the tear-down of a scope: a command that runs as a task of its own.
 *
 * @param attempts how often it is tried at most; 2 for a set-up and 3 for a tear-down by default
 * @param settings its settings; the retries in them do not count
 */
public record ScopeStep(List<String> command, @Nullable Integer attempts, @JsonUnwrapped TaskDefaults settings) {}
