package dev.millrace.gateway.live;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/**
 * Puts the decisions of one pool, which arrive over two topics, back into their sequence. A gap that does not close within a time limit is
 * skipped: somebody must have removed records, and waiting would not bring them back. Not thread-safe.
 */
final class Resequencer {
    /** A frame, and its size in bytes as it was sent. */
    private record Waiting(Frame frame, long bytes) {}

    private final TreeMap<Long, Waiting> waiting = new TreeMap<>();
    private long waitingBytes;
    private final long patienceMs;
    private final long gapPatienceMs;
    private long next = -1;
    private long first = -1;
    private long waitingSinceMs = -1;

    /**
     * @param patienceMs how long the first frames wait for earlier ones
     * @param gapPatienceMs how long frames wait for a gap to close; longer than any transaction may delay one of the topics
     */
    Resequencer(long patienceMs, long gapPatienceMs) {
        this.patienceMs = patienceMs;
        this.gapPatienceMs = gapPatienceMs;
    }

    /** Returns the sequence of the last frame that was released, or -1 if none was. */
    long lastReleased() {
        return next - (next < 0 ? 0 : 1);
    }

    /** Returns the sequence of the first frame that was released, or -1 if none was. */
    long firstReleased() {
        return first;
    }

    /** Returns the bytes of frames that wait for earlier ones. */
    long waitingBytes() {
        return waitingBytes;
    }

    boolean isWaiting() {
        return !waiting.isEmpty();
    }

    /** Adds a frame of {@code bytes} bytes and returns the frames that are in order now. */
    List<Frame> add(Frame frame, long bytes, long nowMs) {
        if (next >= 0 && frame.sequence() < next) {
            return List.of();
        }
        Waiting twin = waiting.put(frame.sequence(), new Waiting(frame, bytes));
        waitingBytes += bytes - (twin == null ? 0 : twin.bytes());
        if (waitingSinceMs < 0) {
            waitingSinceMs = nowMs;
        }
        return next < 0 ? List.of() : release(nowMs);
    }

    /** Returns the frames whose waiting time is over: the first frames of all, or those behind a gap that did not close. */
    List<Frame> expire(long nowMs) {
        if (waiting.isEmpty() || nowMs - waitingSinceMs < (next < 0 ? patienceMs : gapPatienceMs)) {
            return List.of();
        }
        return skip(nowMs);
    }

    /** Skips the frames that are missing, and returns the waiting frames up to the next gap. */
    List<Frame> skip(long nowMs) {
        if (waiting.isEmpty()) {
            return List.of();
        }
        next = waiting.firstKey();
        if (first < 0) {
            first = next;
        }
        return release(nowMs);
    }

    private List<Frame> release(long nowMs) {
        var released = new ArrayList<Frame>();
        for (Waiting due = waiting.remove(next); due != null; due = waiting.remove(next)) {
            released.add(due.frame());
            waitingBytes -= due.bytes();
            next++;
        }
        waitingSinceMs = waiting.isEmpty() ? -1 : released.isEmpty() ? waitingSinceMs : nowMs;
        return released;
    }
}
