package dev.millrace.schemas.event;

import dev.millrace.schemas.blob.Digest;
import org.jspecify.annotations.Nullable;

/**
 * The epoch of a scope that an attempt belongs to.
 *
 * @param scope id of the scope within its job
 * @param epoch number of the epoch
 * @param role what the attempt does for the scope; absent for a test
 * @param context digest of the tree that the set-up left; absent if it left none, and for the set-up itself
 */
public record ScopeRef(String scope, int epoch, @Nullable Role role, @Nullable Digest context) {}
