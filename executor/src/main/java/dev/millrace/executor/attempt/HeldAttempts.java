package dev.millrace.executor.attempt;

import dev.millrace.schemas.event.AttemptKey;
import dev.millrace.schemas.event.TaskDispatched;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The attempts that an executor holds, from their dispatch until their end is reported. It also remembers revoked attempts for one hour,
 * because a revocation may arrive before its dispatch. Thread-safe.
 */
public final class HeldAttempts {
    private static final long REMEMBER_NANOS = TimeUnit.HOURS.toNanos(1);
    private static final int MAX_REMEMBERED = 100_000;

    /** One attempt that this executor holds. */
    public static final class Held {
        public final TaskDispatched dispatch;
        public final long order;
        private final @Nullable String traceparent;
        private long slotTakenNanos = System.nanoTime();
        private boolean revoked;
        private @Nullable Runnable onRevoke;

        Held(TaskDispatched dispatch, @Nullable String traceparent, long order) {
            this.traceparent = traceparent;
            this.dispatch = dispatch;
            this.order = order;
        }

        AttemptKey key() {
            return dispatch.attemptKey();
        }

        /** Notes that the attempt has a slot from now on. */
        synchronized void takeSlot() {
            slotTakenNanos = System.nanoTime();
        }

        /** Returns how long the attempt has had its slot, at least one millisecond. */
        synchronized long slotMs() {
            return Math.max(1, TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - slotTakenNanos));
        }

        synchronized boolean isRevoked() {
            return revoked;
        }

        /** Calls {@code hook} when the attempt is revoked, or at once if it is revoked already. */
        void whenRevoked(Runnable hook) {
            boolean already;
            synchronized (this) {
                onRevoke = hook;
                already = revoked;
            }
            if (already) {
                hook.run();
            }
        }

        public void revoke() {
            Runnable hook;
            synchronized (this) {
                revoked = true;
                hook = onRevoke;
            }
            if (hook != null) {
                hook.run();
            }
        }
    }

    private final Map<AttemptKey, Held> held = new LinkedHashMap<>();
    private final Map<AttemptKey, Long> revokedAtNanos = new LinkedHashMap<>();
    private long nextOrder;
    private boolean changed = true;

    public synchronized boolean isHeldOrRevoked(AttemptKey key) {
        return held.containsKey(key) || revokedAtNanos.containsKey(key);
    }

    public synchronized int size() {
        return held.size();
    }

    /** @param traceparent the trace context that the dispatch came with */
    public synchronized Held take(TaskDispatched dispatch, @Nullable String traceparent) {
        var taken = new Held(dispatch, traceparent, nextOrder++);
        held.put(taken.key(), taken);
        changed = true;
        return taken;
    }

    /** The trace context of an attempt; null if it has none, or is not held. */
    synchronized @Nullable String traceparent(AttemptKey key) {
        Held attempt = held.get(key);
        return attempt == null ? null : attempt.traceparent;
    }

    synchronized void release(AttemptKey key) {
        held.remove(key);
        changed = true;
    }

    /** Notes the revocation and returns the attempt if it is held. */
    public synchronized @Nullable Held revoke(AttemptKey key, long nowNanos) {
        revokedAtNanos.put(key, nowNanos);
        var oldest = revokedAtNanos.entrySet().iterator();
        while (oldest.hasNext()) {
            boolean expired = nowNanos - oldest.next().getValue() > REMEMBER_NANOS;
            if (!expired && revokedAtNanos.size() <= MAX_REMEMBERED) {
                break;
            }
            oldest.remove();
        }
        return held.get(key);
    }

    synchronized List<Held> all() {
        return new ArrayList<>(held.values());
    }

    public synchronized List<AttemptKey> keys() {
        return new ArrayList<>(held.keySet());
    }

    /** Returns whether the list of held attempts has changed since the last call. */
    public synchronized boolean takeChanged() {
        boolean was = changed;
        changed = false;
        return was;
    }
}
