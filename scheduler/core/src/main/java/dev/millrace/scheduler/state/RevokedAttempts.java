package dev.millrace.scheduler.state;

import dev.millrace.scheduler.model.LiveAttempt;
import dev.millrace.scheduler.model.Now;
import dev.millrace.scheduler.model.RevokedAttempt;
import dev.millrace.scheduler.model.TaskInfo;
import dev.millrace.scheduler.state.backlog.Settlements;
import dev.millrace.scheduler.state.fleet.Holding;
import dev.millrace.scheduler.state.scope.Scopes;
import dev.millrace.schemas.event.AttemptKey;
import dev.millrace.schemas.event.AttemptResult;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Attempts that can no longer decide their tasks but keep their slots until their executors give them back. Not thread-safe. */
final class RevokedAttempts {
    private final Map<String, RevokedAttempt> byId = new HashMap<>();
    private final Settlements settlements;
    private final Scopes scopes;
    private final Dirty dirty;

    RevokedAttempts(Settlements settlements, Scopes scopes, Dirty dirty) {
        this.settlements = settlements;
        this.scopes = scopes;
        this.dirty = dirty;
    }

    @Nullable
    RevokedAttempt get(String id) {
        return byId.get(id);
    }

    void add(TaskInfo task, LiveAttempt attempt) {
        RevokedAttempt added = settlements.revoked(task, attempt);
        byId.put(added.id(), added);
        scopes.revoked(added.scopeKey(), 1);
        dirty.revoked(added.id());
    }

    /** Restores a revoked attempt that was stored. */
    void resume(RevokedAttempt it, long tickMs) {
        byId.put(it.id(), it);
        scopes.revoked(it.scopeKey(), 1);
        settlements.resumed(it, tickMs);
    }

    /** Notes that the slots of an attempt that an executor held are free, whether or not the attempt was revoked. */
    void freed(Holding holding, @Nullable AttemptResult result, Now now) {
        AttemptKey key = holding.key();
        settlements.freed(key, holding.heldMs(now.tickMs()), result, now.tickMs());
        String id = RevokedAttempt.id(key.epoch().sequence());
        RevokedAttempt removed = byId.remove(id);
        if (removed != null) {
            scopes.revoked(removed.scopeKey(), -1);
            dirty.revoked(id);
        }
    }
}
