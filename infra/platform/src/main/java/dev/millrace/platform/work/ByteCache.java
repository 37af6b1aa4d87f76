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
 * A cache bounded by the bytes that all its entries take. The entry that is used least goes
 * first; an entry larger than the whole cache is not kept. Thread-safe.
 */
public final class ByteCache<K, V> {
    private final AsyncCache<K, V> cache;

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
                .buildAsync();
    }

    public Optional<V> find(K key) {
        return Optional.ofNullable(cache.synchronous().getIfPresent(key));
    }

    /**
     * Returns the entry, loaded on the thread that asks first, however many ask for it at the same time; they wait, and get its failure
     * if it fails. Nobody who asks for another entry waits.
     *
     * @throws InterruptedIOException when the thread is interrupted while it waits; the entry is loaded all the same
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

    /** Puts what is not there yet. */
    public void putIfAbsent(K key, V value) {
        cache.synchronous().asMap().putIfAbsent(key, value);
    }

    public void remove(K key) {
        cache.synchronous().invalidate(key);
    }

    /** The sum of the entries' sizes, by their own account. */
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
