package dev.millrace.platform.work;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Holds pieces of work in one queue per key. The number of pieces that run at the same time is limited, both in total and per key. Keys
 * take turns, so a key with much or slow work does not keep the others waiting. Within a key, work starts in the order in which it was
 * added. Not thread-safe.
 *
 * @param <T> a piece of work
 */
public final class WorkQueue<T> {
    private final int maxRunning;
    private final int maxRunningPerKey;
    private final Map<String, Deque<T>> waiting = new LinkedHashMap<>();
    private final Map<String, Integer> running = new HashMap<>();
    private int total;

    public WorkQueue(int maxRunning, int maxRunningPerKey) {
        this.maxRunning = maxRunning;
        this.maxRunningPerKey = maxRunningPerKey;
    }

    public void add(String key, T work) {
        waiting.computeIfAbsent(key, it -> new ArrayDeque<>()).add(work);
    }

    /** Returns whether a piece of this key could start at once if it were added now. */
    public boolean hasRoom(String key) {
        return total < maxRunning && !waiting.containsKey(key) && running.getOrDefault(key, 0) < maxRunningPerKey;
    }

    /** Removes and returns the waiting pieces that match {@code unwanted}. */
    public List<T> remove(Predicate<T> unwanted) {
        var removed = new ArrayList<T>();
        waiting.values().forEach(queue -> queue.stream().filter(unwanted).forEach(removed::add));
        waiting.values().forEach(queue -> queue.removeAll(removed));
        waiting.values().removeIf(Deque::isEmpty);
        return removed;
    }

    /**
     * Removes and returns the newest waiting piece of the key that has the most waiting pieces. If several keys have the same number and
     * {@code preferred} is one of them, takes a piece of {@code preferred}. Returns empty if nothing waits.
     */
    public Optional<T> removeOfLongest(String preferred) {
        return waiting.entrySet().stream()
                .max(Comparator.comparingInt((Map.Entry<String, Deque<T>> it) ->
                                it.getValue().size())
                        .thenComparing(it -> it.getKey().equals(preferred)))
                .map(longest -> {
                    T removed = longest.getValue().removeLast();
                    if (longest.getValue().isEmpty()) {
                        waiting.remove(longest.getKey());
                    }
                    return removed;
                });
    }

    /** Takes the next piece that may run now, or returns empty. The caller must call {@link #ended} when the piece no longer runs. */
    public Optional<T> start() {
        if (total >= maxRunning) {
            return Optional.empty();
        }
        Optional<String> next = waiting.keySet().stream()
                .filter(key -> running.getOrDefault(key, 0) < maxRunningPerKey)
                .findFirst();
        return next.map(this::take);
    }

    private T take(String key) {
        Deque<T> queue = Objects.requireNonNull(waiting.remove(key), key);
        T work = queue.remove();
        if (!queue.isEmpty()) {
            // Puts the key behind the other keys, which have their turn first.
            waiting.put(key, queue);
        }
        running.merge(key, 1, Integer::sum);
        total++;
        return work;
    }

    /** Notes that a piece of this key does not run any more. */
    public void ended(String key) {
        running.computeIfPresent(key, (it, count) -> count == 1 ? null : count - 1);
        total--;
    }

    public int running() {
        return total;
    }

    public int waiting() {
        return waiting.values().stream().mapToInt(Deque::size).sum();
    }
}
