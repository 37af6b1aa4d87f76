package dev.millrace.schemas.plan;

import dev.millrace.schemas.event.Role;
import dev.millrace.schemas.event.ScopeRules;
import org.jspecify.annotations.Nullable;

/**
 * The scope that a task belongs to.
 *
 * @param id id of the scope, unique in the job
 * @param role whether the task sets the scope up or tears it down; absent for a test
 * @param rules the rules of the scope; only its set-up has them
 */
public record PlannedScope(String id, @Nullable Role role, @Nullable ScopeRules rules) {}
