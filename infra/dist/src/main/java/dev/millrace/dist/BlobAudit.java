package dev.millrace.dist;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.millrace.platform.blob.BlobClient;
import dev.millrace.platform.blob.BlobNotFoundException;
import dev.millrace.platform.blob.BlobState;
import dev.millrace.platform.blob.CorruptBlobException;
import dev.millrace.schemas.blob.Digest;
import dev.millrace.schemas.blob.Tree;
import dev.millrace.schemas.blob.TreeEntry;
import dev.millrace.schemas.event.AttemptFinished;
import dev.millrace.schemas.event.AttemptResult;
import dev.millrace.schemas.event.Event;
import dev.millrace.schemas.event.JobPlanned;
import dev.millrace.schemas.event.JobSubmitted;
import dev.millrace.schemas.event.LogRef;
import dev.millrace.schemas.json.Json;
import dev.millrace.schemas.json.MalformedJsonException;
import dev.millrace.schemas.plan.Plan;
import dev.millrace.schemas.topic.Topic;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * Checks that every blob that the log refers to is stored and matches its digest: specs, plans, inputs, logs, results of cases, artifacts.
 * Each blob is read and hashed once. For use by one thread; several blobs are checked at the same time.
 */
final class BlobAudit implements AutoCloseable {
    /** The topics whose events refer to blobs. */
    static final List<Topic> TOPICS = List.of(Topic.JOBS, Topic.QUEUE, Topic.ATTEMPTS);

    private static final int PARALLEL = 8;
    private static final int BATCH = 1_000;
    private static final int MOST_FINDINGS = 100;
    private static final long UNKNOWN_SIZE = -1;

    private final BlobClient blobs;
    private final ExecutorService readers = Executors.newFixedThreadPool(PARALLEL);
    private final Set<Key> seen = new HashSet<>();
    private final List<Reference> waiting = new ArrayList<>();
    private final List<String> findings = new ArrayList<>();
    private long damaged;

    /** Half of a digest: it is enough to tell blobs apart and saves memory, since there may be millions of blobs. */
    private record Key(long high, long low) {
        static Key of(Digest digest) {
            return new Key(
                    Long.parseUnsignedLong(digest.hex().substring(0, 16), 16),
                    Long.parseUnsignedLong(digest.hex().substring(16, 32), 16));
        }
    }

    /** A blob that the log refers to; the size is {@link #UNKNOWN_SIZE} if the log does not tell it. */
    private record Reference(Digest digest, long size, String what) {}

    BlobAudit(BlobClient blobs) {
        this.blobs = blobs;
    }

    /** Checks the blobs that the event refers to, either now or later together with others. */
    void add(Event event) {
        if (event instanceof JobSubmitted it) {
            refer(it.specDigest(), UNKNOWN_SIZE, "the spec of job " + it.jobId());
        } else if (event instanceof JobPlanned it) {
            refer(it.specDigest(), UNKNOWN_SIZE, "the spec of job " + it.jobId());
            plan(it);
        } else if (event instanceof AttemptFinished it) {
            result(it.result(), " of attempt " + it.attempt() + " at " + it.taskId());
        }
    }

    private void plan(JobPlanned job) {
        String what = "the plan of job " + job.jobId();
        Plan plan = document(job.planDigest(), what, it -> Json.MAPPER.readValue(it, Plan.class));
        if (plan != null) {
            tree(plan.inputTree(), "the inputs of job " + job.jobId());
        }
    }

    private void result(AttemptResult result, String of) {
        log(result.stdout(), "stdout" + of);
        log(result.stderr(), "stderr" + of);
        if (result.outputIndex() != null) {
            log(result.outputIndex(), "the index of the output" + of);
        }
        if (result.unitResults() != null) {
            refer(result.unitResults(), UNKNOWN_SIZE, "the results of units" + of);
        }
        if (result.cases() != null) {
            refer(result.cases(), UNKNOWN_SIZE, "the results of cases" + of);
        }
        if (result.retryOf() != null) {
            refer(result.retryOf(), UNKNOWN_SIZE, "the earlier results" + of);
        }
        if (result.scopeContext() != null) {
            tree(result.scopeContext(), "the context of the scope" + of);
        }
        if (result.artifacts() != null) {
            tree(result.artifacts().tree(), "the artifacts" + of);
        }
    }

    private void log(LogRef log, String what) {
        if (log.digest() != null) {
            refer(log.digest(), log.bytes(), what);
        }
    }

    private void tree(Digest digest, String what) {
        Tree tree = digest.equals(Tree.EMPTY.digest()) ? null : document(digest, what, Tree::read);
        if (tree != null) {
            for (TreeEntry entry : tree.entries()) {
                refer(entry.digest(), entry.size(), "'" + entry.path() + "' in " + what);
            }
        }
    }

    private interface Reader<T> {
        T read(byte[] document) throws IOException;
    }

    /**
     * Reads a document, but only once. Returns null if it was read before, or if it is missing or damaged, which it adds to the findings.
     */
    private <T> @Nullable T document(Digest digest, String what, Reader<T> reader) {
        if (!seen.add(Key.of(digest))) {
            return null;
        }
        try {
            return reader.read(blobs.get(digest));
        } catch (BlobNotFoundException e) {
            find(what + " is missing: blob " + digest);
        } catch (CorruptBlobException e) {
            find(what + " is corrupt: " + e.getMessage());
        } catch (JsonProcessingException | MalformedJsonException e) {
            find(what + " is no document: blob " + digest);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return null;
    }

    private void refer(Digest digest, long size, String what) {
        if (seen.add(Key.of(digest))) {
            waiting.add(new Reference(digest, size, what));
            if (waiting.size() >= BATCH) {
                check();
            }
        }
    }

    private void check() {
        var work = new ArrayList<Callable<BlobState>>();
        waiting.forEach(it -> work.add(() -> blobs.check(it.digest())));
        try {
            List<Future<BlobState>> states = readers.invokeAll(work);
            for (int i = 0; i < states.size(); i++) {
                judge(waiting.get(i), states.get(i).get());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UncheckedIOException(new IOException("interrupted while blobs were checked", e));
        } catch (ExecutionException e) {
            throw new UncheckedIOException(
                    e.getCause() instanceof IOException cause ? cause : new IOException(e.getCause()));
        }
        waiting.clear();
    }

    private void judge(Reference reference, BlobState state) {
        boolean sized = reference.size() >= 0 && reference.size() != state.size();
        switch (state.condition()) {
            case MISSING -> find(reference.what() + " is missing: blob " + reference.digest());
            case CORRUPT ->
                find(reference.what()
                        + (sized && state.size() < reference.size()
                                ? " is truncated: " + state.size() + " of " + reference.size() + " bytes"
                                : " is corrupt: its " + state.size() + " bytes have the hash " + state.hash())
                        + ", blob " + reference.digest());
            case INTACT -> {
                if (sized) {
                    find(reference.what() + " has " + state.size() + " bytes and not the " + reference.size()
                            + " its reference names, blob " + reference.digest());
                }
            }
        }
    }

    private void find(String finding) {
        damaged++;
        if (findings.size() < MOST_FINDINGS) {
            findings.add(finding);
        }
    }

    /** Returns how many blobs the log refers to. */
    long checked() {
        return seen.size();
    }

    /** Returns how many problems were found. */
    long damaged() {
        return damaged;
    }

    /** Waits until all blobs that were added have been checked, and returns the first 100 problems. */
    List<String> findings() {
        check();
        return findings;
    }

    @Override
    public void close() {
        readers.shutdownNow();
    }
}
