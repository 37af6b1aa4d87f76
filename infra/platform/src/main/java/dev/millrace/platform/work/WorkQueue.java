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
 * Work in one queue per key. A limited number of pieces runs at a time, in all and per key. Keys take turns, so a key with much
 * or slow work does not keep the others waiting. Within a key, work starts in the order in which it was added. Not thread-safe.
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

    /** Whether a piece of this key that is added now may run at once. */
    public boolean hasRoom(String key) {
        return total < maxRunning && !waiting.containsKey(key) && running.getOrDefault(key, 0) < maxRunningPerKey;
    }

    /** Removes the pieces that wait and are {@code unwanted}. */
    public List<T> remove(Predicate<T> unwanted) {
        var removed = new ArrayList<T>();
        waiting.values().forEach(queue -> queue.stream().filter(unwanted).forEach(removed::add));
        waiting.values().forEach(queue -> queue.removeAll(removed));
        waiting.values().removeIf(Deque::isEmpty);
        return removed;
    }

    /**
     * Removes the newest piece of the key with most of them waiting, of {@code preferred} if others have as many; returns nothing if
     * none waits.
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

    /** Takes the next piece that may run now, or nothing. {@link #ended} must follow once it does not run any more. */
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
            // Behind the other keys, whose turn comes first.
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
