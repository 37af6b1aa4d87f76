package dev.millrace.gateway.live;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/**
 * Puts the decisions of one pool, which arrive over two topics, back into their sequence. A gap that does not close within a
 * patience is skipped: then somebody removed records, and waiting would not bring them back. Not thread-safe.
 */
final class Resequencer {
    /** A frame, and how much it was as it was sent. */
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
     * @param gapPatienceMs how long a gap is waited for; longer than any transaction may hold up one of the topics
     */
    Resequencer(long patienceMs, long gapPatienceMs) {
        this.patienceMs = patienceMs;
        this.gapPatienceMs = gapPatienceMs;
    }

    /** The sequence of the last frame released, or -1 before the first. */
    long lastReleased() {
        return next - (next < 0 ? 0 : 1);
    }

    /** The sequence of the first frame released, or -1 before it. */
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

    /** Takes a frame of {@code bytes} in and returns what is now in order. */
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

    /** The frames that are due by time: the first ever seen, or those behind a gap that stays. */
    List<Frame> expire(long nowMs) {
        if (waiting.isEmpty() || nowMs - waitingSinceMs < (next < 0 ? patienceMs : gapPatienceMs)) {
            return List.of();
        }
        return skip(nowMs);
    }

    /** The frames that wait, up to the next gap, without those that they waited for. */
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
