package dev.millrace.executor.inputs;

import dev.millrace.platform.work.FairExecutor;
import dev.millrace.schemas.blob.Digest;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Downloads each blob once for all owners that want it at the same time. The owner whose turn comes first downloads it, so nobody waits for
 * the turn of another owner. Thread-safe.
 */
final class Downloads {
    static final int AT_ONCE = 8;

    /** The rest is for other owners. */
    private static final int PER_OWNER = 4;

    private final FairExecutor turns;
    private final Downloader downloader;
    private final Map<Digest, Download> inFlight = new ConcurrentHashMap<>();

    /** Gets one blob and completes {@code done}, whatever happens. */
    interface Downloader {
        void download(Digest digest, CompletableFuture<Path> done);
    }

    /** One that waits or goes on. */
    private static final class Download {
        final CompletableFuture<Path> done = new CompletableFuture<>();
        final Set<String> owners = ConcurrentHashMap.newKeySet();
        final AtomicBoolean begun = new AtomicBoolean();
    }

    Downloads(Executor threads, Downloader downloader) {
        this.turns = new FairExecutor(threads, AT_ONCE, PER_OWNER);
        this.downloader = downloader;
    }

    /** The blob's file once it is there; fails as its download does. */
    CompletableFuture<Path> fetch(String owner, Digest digest) {
        // The download may end before this method does, so it is in the map before it begins.
        var mine = new Download();
        Download other = inFlight.putIfAbsent(digest, mine);
        Download download = other == null ? mine : other;
        if (other == null) {
            var unused = mine.done.whenComplete((done, failure) -> inFlight.remove(digest, mine));
        }
        if (download.owners.add(owner)) {
            turns.execute(
                    owner,
                    () -> {
                        if (download.begun.compareAndSet(false, true)) {
                            downloader.download(digest, download.done);
                        }
                    },
                    () -> download.done.completeExceptionally(new IOException("the executor stops")));
        }
        return download.done;
    }
}
