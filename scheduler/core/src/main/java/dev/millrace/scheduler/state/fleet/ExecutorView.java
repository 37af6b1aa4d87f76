package dev.millrace.scheduler.state.fleet;

import dev.millrace.scheduler.model.CoreConfig;
import dev.millrace.scheduler.model.Registration;
import dev.millrace.scheduler.model.Shape;
import java.util.Collection;
import org.jspecify.annotations.Nullable;

/** Gives decisions read access to the state of an executor. It shows the executor as it is now, not a copy. Not thread-safe. */
public interface ExecutorView {
    Registration registration();

    String id();

    long lastHeardTick();

    boolean acceptsWork();

    int freeSlots();

    /**
     * Returns the first of the attempts that were sent ahead and wait for slots, if it must be recalled because the attempts before it take
     * longer than expected; otherwise null.
     */
    @Nullable
    Holding toRecall(long tick);

    Shape shape();

    Collection<Holding> holdings();

    /**
     * Returns a held attempt that the executor has failed to list for too long, or null. The limit is a lease if the executor has listed it
     * before or it was revoked, and the dispatch timeout otherwise.
     */
    @Nullable
    Holding missing(CoreConfig config, long tick);
}
