package dev.millrace.platform.work;

import com.github.benmanes.caffeine.cache.AsyncCache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.ToLongBiFunction;

/**
 * A cache that bounds the bytes of all its entries together. When it is full, it removes the entries that are used least. It does not keep
 * an entry that is larger than the whole cache. Thread-safe.
 */
public final class ByteCache<K, V> {
    private final AsyncCache<K, V> cache;

    /** Loads an entry that is not in the cache. */
    public interface Loader<K, V> {
        V load(K key) throws IOException;
    }

    /**
     * @param maxBytes the most bytes of all entries together; with 0 the cache keeps nothing
     * @param bytes returns how many bytes an entry uses at most, including its key
     */
    public ByteCache(long maxBytes, ToLongBiFunction<K, V> bytes) {
        this.cache = Caffeine.newBuilder()
                .maximumWeight(maxBytes)
                .weigher((K key, V value) ->
                        (int) Math.max(1, Math.min(Integer.MAX_VALUE, bytes.applyAsLong(key, value))))
                // Removing entries takes little time, so it runs on the thread of the caller.
                .executor(Runnable::run)
                .buildAsync();
    }

    public Optional<V> find(K key) {
        return Optional.ofNullable(cache.synchronous().getIfPresent(key));
    }

    /**
     * Returns an entry, and loads it if the cache does not have it. If several threads ask for the same entry, the first one loads it. The
     * others wait, and get the same failure if the load fails. Threads that ask for other entries do not wait.
     *
     * @throws InterruptedIOException when this thread is interrupted while it waits; the other thread still loads the entry
     */
    public V get(K key, Loader<K, V> loader) throws IOException {
        var mine = new CompletableFuture<V>();
        CompletableFuture<V> known = cache.asMap().putIfAbsent(key, mine);
        if (known != null) {
            return await(known);
        }
        try {
            mine.complete(loader.load(key));
        } catch (Throwable e) {
            mine.completeExceptionally(e);
        }
        return await(mine);
    }

    private static <V> V await(CompletableFuture<V> loaded) throws IOException {
        try {
            return loaded.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while another thread loads the entry");
        } catch (ExecutionException e) {
            Throwable cause = e.getCause();
            if (cause instanceof IOException failure) {
                throw failure;
            }
            if (cause instanceof RuntimeException failure) {
                throw failure;
            }
            if (cause instanceof Error failure) {
                throw failure;
            }
            throw new IOException(cause);
        }
    }

    public void put(K key, V value) {
        cache.synchronous().put(key, value);
    }

    /** Adds an entry if the cache has none for the key. */
    public void putIfAbsent(K key, V value) {
        cache.synchronous().asMap().putIfAbsent(key, value);
    }

    public void remove(K key) {
        cache.synchronous().invalidate(key);
    }

    /** Returns the sum of the entries' sizes, as computed by the constructor's {@code bytes} function. */
    public long bytes() {
        cache.synchronous().cleanUp();
        return cache.synchronous()
                .policy()
                .eviction()
                .orElseThrow()
                .weightedSize()
                .orElse(0);
    }
}
