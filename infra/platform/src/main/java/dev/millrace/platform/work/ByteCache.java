package dev.millrace.platform.work;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;
import java.util.function.ToLongBiFunction;

/**
 * A cache bounded by the bytes that all its entries take. The entry that is used least goes
 * first; an entry larger than the whole cache is not kept. Thread-safe.
 */
public final class ByteCache<K, V> {
    private final Cache<K, V> cache;

    /** Gets what is not in the cache. */
    public interface Loader<K, V> {
        V load(K key) throws IOException;
    }

    /**
     * @param maxBytes of all entries together; 0 keeps nothing
     * @param bytes what an entry takes, its key included; an estimate from above
     */
    public ByteCache(long maxBytes, ToLongBiFunction<K, V> bytes) {
        this.cache = Caffeine.newBuilder()
                .maximumWeight(maxBytes)
                .weigher((K key, V value) ->
                        (int) Math.max(1, Math.min(Integer.MAX_VALUE, bytes.applyAsLong(key, value))))
                // Evicting is brief, and so needs no thread of its own.
                .executor(Runnable::run)
                .build();
    }

    public Optional<V> find(K key) {
        return Optional.ofNullable(cache.getIfPresent(key));
    }

    /** The entry, loaded once however many ask for it at the same time. */
    public V get(K key, Loader<K, V> loader) throws IOException {
        try {
            return cache.get(key, it -> {
                try {
                    return loader.load(it);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    public void put(K key, V value) {
        cache.put(key, value);
    }

    public void remove(K key) {
        cache.invalidate(key);
    }

    /** The sum of the entries' sizes, by their own account. */
    public long bytes() {
        cache.cleanUp();
        return cache.policy().eviction().orElseThrow().weightedSize().orElse(0);
    }
}
