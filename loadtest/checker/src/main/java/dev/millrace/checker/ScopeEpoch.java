package dev.millrace.checker;

import dev.millrace.schemas.blob.Digest;
import dev.millrace.schemas.event.AttemptKey;
import dev.millrace.schemas.event.ScopeOpened;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One epoch of a scope that is open, as far as the decisions have told. */
final class ScopeEpoch {
    final ScopeOpened opened;
    final long openedAt;

    /** The attempts of its set-up and its tests, whatever became of them. */
    final Set<AttemptKey> placed = new HashSet<>();

    /** The attempts of its tear-down. */
    final Set<AttemptKey> teardowns = new HashSet<>();

    /** Its tests that have an attempt that may still decide them. */
    final Set<String> running = new HashSet<>();

    int setups;
    int setupsPassed;
    boolean active;
    boolean draining;
    boolean tearingDown;
    int teardownsPassed;
    int teardownsFailed;

    @Nullable
    Digest context;

    ScopeEpoch(ScopeOpened opened, long openedAt) {
        this.opened = opened;
        this.openedAt = openedAt;
    }
}
