package dev.millrace.gateway.live;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.schemas.event.JobCompleted;
import dev.millrace.schemas.event.JobRetryStarted;
import dev.millrace.schemas.json.Json;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The newest events of one job, in sequence and ready to be sent: once in memory for all its watchers; each has only a cursor
 * in it. Thread-safe.
 */
final class JobFeed {
    /** Heap bytes of an event, beside its text. */
    private static final int EVENT_BYTES = 200;

    /** Heap bytes of a feed without events. */
    static final int FIXED_BYTES = 1_000;

    /**
     * One event as watchers get it.
     *
     * @param endsRun the run whose end it is, or -1
     */
    record Event(long sequence, String json, int endsRun) {
        static Event of(Frame frame) {
            int endsRun = frame.envelope().data() instanceof JobCompleted end ? number(end.run()) : -1;
            return new Event(frame.sequence(), text(frame), endsRun);
        }

        /** Whether this is the end of the run of that number, or of a later one. */
        boolean ends(int run) {
            return endsRun >= run;
        }

        long bytes() {
            return EVENT_BYTES + 2L * json.length();
        }

        private static int number(@Nullable Integer run) {
            return run == null ? 0 : run;
        }

        private static String text(Frame frame) {
            ObjectNode node = Json.MAPPER.createObjectNode();
            node.put("cursor", Long.toString(frame.sequence()));
            node.put("type", frame.envelope().type().wireName());
            node.put("id", frame.envelope().id());
            node.put("time", frame.envelope().time().toString());
            node.set("data", Json.MAPPER.valueToTree(frame.envelope().data()));
            return node.toString();
        }
    }

    /** The answer to a watcher that asks for events behind its cursor. */
    sealed interface Next {
        record Some(Event event) implements Next {}

        /** Nothing yet; the watcher is called when there is. */
        record Later() implements Next {}

        /** Events behind the cursor were dropped already, or never held. */
        record Dropped() implements Next {}

        /** The watcher has had the end of its run. */
        record Over() implements Next {}

        /** Events may be missing from here on. */
        record Broken(String reason) implements Next {}
    }

    private final int maxEvents;
    private final TreeMap<Long, Event> events = new TreeMap<>();
    private final Set<Runnable> watchers = new LinkedHashSet<>();
    private int run;
    private long runStart;
    private long heldAfter;
    private long last;
    private long liveAfter;
    private long endedAt;
    private int endedRun = -1;
    private long bytes = FIXED_BYTES;
    private @Nullable String broken;

    /**
     * @param run the job's last one known of; no event before it comes
     * @param maxEvents that are held; the oldest are dropped first
     */
    JobFeed(int run, int maxEvents) {
        this.run = run;
        this.maxEvents = maxEvents;
    }

    /** Adds an event, in any order while the past is being read, and calls the watchers. */
    void add(Frame frame) {
        Event event = Event.of(frame);
        Runnable[] waiting;
        synchronized (this) {
            if (event.sequence() <= heldAfter || events.putIfAbsent(event.sequence(), event) != null) {
                return;
            }
            bytes += event.bytes();
            last = Math.max(last, event.sequence());
            if (frame.envelope().data() instanceof JobRetryStarted it && it.run() > run) {
                run = it.run();
                runStart = event.sequence() - 1;
            }
            if (event.endsRun() > endedRun) {
                endedRun = event.endsRun();
                endedAt = event.sequence();
            }
            while (events.size() > maxEvents) {
                drop();
            }
            waiting = watchers.toArray(Runnable[]::new);
        }
        call(waiting);
    }

    private static void call(Runnable[] watchers) {
        for (Runnable watcher : watchers) {
            watcher.run();
        }
    }

    /** Drops the oldest events until so many bytes are free or only one is left, and returns what the feed takes then. */
    synchronized long shrink(long wanted) {
        long before = bytes;
        while (before - bytes < wanted && events.size() > 1) {
            drop();
        }
        return bytes;
    }

    private void drop() {
        Map.Entry<Long, Event> oldest = events.pollFirstEntry();
        heldAfter = oldest.getKey();
        bytes -= oldest.getValue().bytes();
    }

    /** Tells all watchers that events may be missing. */
    void breakOff(String reason) {
        Runnable[] waiting;
        synchronized (this) {
            broken = reason;
            waiting = watchers.toArray(Runnable[]::new);
        }
        call(waiting);
    }

    /**
     * Returns what comes after {@code cursor}.
     *
     * @param forRun the run whose end, or that of a later one, ends the watching
     */
    synchronized Next next(long cursor, int forRun) {
        if (endedRun >= forRun && cursor >= endedAt) {
            return new Next.Over();
        }
        if (broken != null) {
            return new Next.Broken(broken);
        }
        if (cursor < heldAfter) {
            return new Next.Dropped();
        }
        Map.Entry<Long, Event> found = events.higherEntry(cursor);
        return found == null ? new Next.Later() : new Next.Some(found.getValue());
    }

    /** Calls {@code watcher}, on any thread, whenever {@link #next} may have something new. It must not block. */
    synchronized void watch(Runnable watcher) {
        watchers.add(watcher);
    }

    synchronized void unwatch(Runnable watcher) {
        watchers.remove(watcher);
    }

    /** The last run known of. */
    synchronized int run() {
        return run;
    }

    /** The cursor before the first event of the last run, as far as it was seen to begin. */
    synchronized long runStart() {
        return runStart;
    }

    /** Notes that every event of the job after this sequence comes from the hub. */
    synchronized void liveAfter(long sequence) {
        liveAfter = sequence;
    }

    /** Every event of the job after this sequence is held, or was. */
    synchronized long completeAfter() {
        return Math.max(liveAfter, last);
    }

    synchronized long bytes() {
        return bytes;
    }
}
