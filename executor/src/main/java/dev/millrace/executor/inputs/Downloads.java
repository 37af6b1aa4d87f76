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

    /** The most downloads of one owner at the same time. The rest is for other owners. */
    private static final int PER_OWNER = 4;

    private final FairExecutor turns;
    private final Downloader downloader;
    private final Map<Digest, Download> inFlight = new ConcurrentHashMap<>();

    /** Downloads one blob and always completes {@code done}, also after a failure. */
    interface Downloader {
        void download(Digest digest, CompletableFuture<Path> done);
    }

    /** A download that waits or runs. */
    private static final class Download {
        final CompletableFuture<Path> done = new CompletableFuture<>();
        final Set<String> owners = ConcurrentHashMap.newKeySet();
        final AtomicBoolean begun = new AtomicBoolean();
    }

    Downloads(Executor threads, Downloader downloader) {
        this.turns = new FairExecutor(threads, AT_ONCE, PER_OWNER);
        this.downloader = downloader;
    }

    /** Returns a future for the blob's file. It fails if the download fails. */
    CompletableFuture<Path> fetch(String owner, Digest digest) {
        // The download may end before this method does, so it must be in the map before it starts.
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
