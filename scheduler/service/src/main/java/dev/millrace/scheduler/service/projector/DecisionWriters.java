package dev.millrace.scheduler.service.projector;

import dev.millrace.schemas.event.Decision;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Knows for each kind of decision which writes it causes. A kind has at most one entry. */
final class DecisionWriters {
    /** Adds the writes of a decision that was put on its topic at {@code atMs}. */
    public interface Writer<D> {
        void write(D decision, long atMs, Writes out);
    }

    private final Map<Class<? extends Decision>, Writer<Decision>> writers = new HashMap<>();

    DecisionWriters() {
        JobWriters.register(this);
        TaskWriters.register(this);
        ExecutorWriters.register(this);
        PoolWriters.register(this);
        ScopeWriters.register(this);
    }

    <D extends Decision> void on(Class<D> kind, Writer<D> writer) {
        Writer<Decision> known =
                writers.put(kind, (decision, atMs, out) -> writer.write(kind.cast(decision), atMs, out));
        if (known != null) {
            throw new IllegalStateException("two entries for " + kind);
        }
    }

    /** Returns the kinds of decisions that change views other than the log of decisions. */
    Set<Class<? extends Decision>> kinds() {
        return Collections.unmodifiableSet(writers.keySet());
    }

    void write(Decision decision, long atMs, Writes out) {
        @Nullable Writer<Decision> writer = writers.get(decision.getClass());
        if (writer != null) {
            writer.write(decision, atMs, out);
        }
    }
}
