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
 * The newest events of one job, in sequence and ready to be sent. They are in memory once for all watchers of the job; each watcher has
 * only a cursor into the feed. Thread-safe.
 */
final class JobFeed {
    /** Heap bytes of an event, without its text. */
    private static final int EVENT_BYTES = 200;

    /** Heap bytes of a feed without events. */
    static final int FIXED_BYTES = 1_000;

    /**
     * One event in the form in which watchers receive it.
     *
     * @param endsRun number of the run that this event ends, or -1 if it does not end a run
     */
    record Event(long sequence, String json, int endsRun) {
        static Event of(Frame frame) {
            int endsRun = frame.envelope().data() instanceof JobCompleted end ? number(end.run()) : -1;
            return new Event(frame.sequence(), text(frame), endsRun);
        }

        /** Returns whether this event ends the run {@code run} or a later one. */
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

    /** The answer to a watcher that asks for events after its cursor. */
    sealed interface Next {
        record Some(Event event) implements Next {}

        /** There is no event yet; the watcher is called when there is one. */
        record Later() implements Next {}

        /** Events after the cursor were dropped already, or came too late to be held. */
        record Dropped() implements Next {}

        /** The watcher has received the end of its run. */
        record Over() implements Next {}

        /** Events after the cursor may be missing, so the watcher must resume. */
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
     * @param run the job's last known run, with which the feed begins
     * @param maxEvents maximum number of events that are held; the oldest are dropped first
     */
    JobFeed(int run, int maxEvents) {
        this.run = run;
        this.maxEvents = maxEvents;
    }

    /** Adds an event and calls the watchers. While the past is being read, events may be added in any order. */
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

    /**
     * Drops the oldest events until {@code wanted} bytes have become free or only one event is left. Returns how many bytes the feed takes
     * then.
     */
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
     * Returns the next event after {@code cursor}, or why there is none.
     *
     * @param forRun number of the run that is watched; its end, or the end of a later run, is the last event for the watcher
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

    /** Returns the number of the last known run. */
    synchronized int run() {
        return run;
    }

    /** Returns the cursor before the first event of the last run, or 0 if the feed did not see that run begin. */
    synchronized long runStart() {
        return runStart;
    }

    /** Records that the hub adds every event of the job after this sequence. */
    synchronized void liveAfter(long sequence) {
        liveAfter = sequence;
    }

    /** Returns a sequence after which every event of the job is added to this feed. */
    synchronized long completeAfter() {
        return Math.max(liveAfter, last);
    }

    synchronized long bytes() {
        return bytes;
    }
}
