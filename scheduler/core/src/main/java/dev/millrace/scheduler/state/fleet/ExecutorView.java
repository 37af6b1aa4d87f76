package dev.millrace.scheduler.state.fleet;

import dev.millrace.scheduler.model.CoreConfig;
import dev.millrace.scheduler.model.Registration;
import dev.millrace.scheduler.model.Shape;
import java.util.Collection;
import org.jspecify.annotations.Nullable;

/** What decisions may ask an executor's state. It shows the executor as it is now, not a copy. Not thread-safe. */
public interface ExecutorView {
    Registration registration();

    String id();

    long lastHeardTick();

    boolean acceptsWork();

    int freeSlots();

    /** The first of those sent ahead, if they are to be called back: those before them take longer than was expected. */
    @Nullable
    Holding toRecall(long tick);

    Shape shape();

    Collection<Holding> holdings();

    /**
     * A holding no longer listed for longer than a lease, or never listed for longer than a dispatch may take, or for a lease
     * after it was revoked.
     */
    @Nullable
    Holding missing(CoreConfig config, long tick);
}
