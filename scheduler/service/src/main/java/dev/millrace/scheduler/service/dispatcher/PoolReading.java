package dev.millrace.scheduler.service.dispatcher;

import dev.millrace.scheduler.model.CoreConfig;
import dev.millrace.scheduler.model.EntityKind;
import dev.millrace.scheduler.model.JobState;
import dev.millrace.scheduler.model.PoolClock;
import dev.millrace.scheduler.model.PoolSnapshot;
import dev.millrace.scheduler.model.TaskState;
import dev.millrace.scheduler.state.PoolState;
import dev.millrace.schemas.Ids;
import dev.millrace.schemas.event.Needs;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Rebuilds a pool from its stored entries. If a task cannot be read but its job can, the task waits again as if it had never run, so that
 * it still gets a verdict. Every other entry that cannot be read is left out. An instance is used for one pool, once.
 */
final class PoolReading {
    /**
     * Added to the highest sequence known from the jobs when the stored sequence cannot be read, so that the result is above every sequence
     * that was ever used.
     */
    private static final long SEQUENCE_GAP = 1_000_000_000;

    /** The id of a value that a pool has one of. */
    private static final String ONLY = "pool";

    /** A stored entry that has not been decoded yet. */
    @SuppressWarnings("ArrayRecordComponent") // Lives for one hand-over and is never compared.
    private record Entry(String key, String id, byte[] value) {}

    private final String pool;
    private final CoreConfig config;
    private final long floor;
    private final @Nullable PoolClock forgotten;
    private final long tick;
    private final Map<String, List<Entry>> byKind = new HashMap<>();
    private final Collection<PoolStore.Unreadable> unreadable = new ConcurrentLinkedQueue<>();
    private final Map<String, JobState.Planned> planned = new HashMap<>();

    /** Holds one object for each distinct value, so that tasks with equal needs share it. */
    private final Map<Needs, Needs> shared = new ConcurrentHashMap<>();

    /**
     * @param floor the sequence with which the pool begins if none is stored
     * @param forgotten the clock with which the pool begins if none is stored
     */
    PoolReading(String pool, CoreConfig config, long floor, @Nullable PoolClock forgotten, long tick) {
        this.pool = pool;
        this.config = config;
        this.floor = floor;
        this.forgotten = forgotten;
        this.tick = tick;
    }

    /** @param key {@code pool/kind/id} */
    void add(String key, byte[] value) {
        int kindAt = pool.length() + 1;
        int idAt = key.indexOf('/', kindAt) + 1;
        if (idAt == 0) {
            unreadable.add(new PoolStore.Unreadable(key, value, "the key has another form"));
            return;
        }
        byKind.computeIfAbsent(key.substring(kindAt, idAt - 1), it -> new ArrayList<>())
                .add(new Entry(key, key.substring(idAt), value));
    }

    Collection<PoolStore.Unreadable> unreadable() {
        return unreadable;
    }

    PoolState state() {
        List<JobState> jobs = read(StoredKind.JOB)
                .sorted(Comparator.comparingLong(job -> job instanceof JobState.Finished it ? it.finishedAtMs() : 0))
                .toList();
        for (JobState job : jobs) {
            if (job instanceof JobState.Planned it) {
                planned.put(it.info().jobId(), it);
            }
        }
        var snapshot = new PoolSnapshot()
                .put(EntityKind.SEQUENCE, ONLY, sequence(jobs))
                .put(EntityKind.CLOCK, ONLY, read(StoredKind.CLOCK).findFirst().orElse(forgotten));
        jobs.forEach(job -> snapshot.put(EntityKind.JOB, job.info().jobId(), job));
        tasks().forEach(task -> snapshot.put(EntityKind.TASK, task.info().taskId(), task));
        read(StoredKind.EXECUTOR, EntityKind.EXECUTOR, snapshot);
        read(StoredKind.OWNER, EntityKind.OWNER, snapshot);
        read(StoredKind.MARK, EntityKind.MARK, snapshot);
        read(StoredKind.REVOKED, EntityKind.REVOKED, snapshot);
        read(StoredKind.SCOPE, EntityKind.SCOPE, snapshot);
        read(StoredKind.DOMAIN, EntityKind.DOMAIN, snapshot);
        read(StoredKind.POLICY, EntityKind.POLICY, snapshot);
        return PoolState.restore(pool, config, snapshot, tick);
    }

    /** Puts the values whose stored form is the value itself. */
    private <T> void read(StoredKind<T> stored, EntityKind<T> kind, PoolSnapshot snapshot) {
        entries(stored).forEach(entry -> snapshot.put(kind, entry.id(), read(stored, entry)));
    }

    /** Returns the trace contexts of the jobs, by job id. */
    Map<String, String> traces() {
        var traces = new HashMap<String, String>();
        for (Entry entry : entries(StoredKind.TRACE)) {
            String traceparent = read(StoredKind.TRACE, entry);
            if (traceparent != null) {
                traces.put(entry.id(), traceparent);
            }
        }
        return traces;
    }

    private List<Entry> entries(StoredKind<?> kind) {
        return byKind.getOrDefault(kind.wireName(), List.of());
    }

    private <T> Stream<T> read(StoredKind<T> kind) {
        return entries(kind).stream().flatMap(entry -> Stream.ofNullable(read(kind, entry)));
    }

    private <T> @Nullable T read(StoredKind<T> kind, Entry entry) {
        try {
            return kind.read(entry.value());
        } catch (StoredKind.UnreadableException e) {
            setAside(entry, e.getMessage());
            return null;
        }
    }

    private void setAside(Entry entry, @Nullable String reason) {
        unreadable.add(new PoolStore.Unreadable(entry.key(), entry.value(), String.valueOf(reason)));
    }

    private long sequence(List<JobState> jobs) {
        List<Entry> stored = entries(StoredKind.META);
        Long sequence = read(StoredKind.META).findFirst().orElse(null);
        if (sequence != null || stored.isEmpty()) {
            return sequence == null ? floor : sequence;
        }
        return SEQUENCE_GAP
                + jobs.stream().mapToLong(PoolReading::admittedSequence).max().orElse(0);
    }

    private static long admittedSequence(JobState job) {
        if (job instanceof JobState.Submitted it) {
            return it.info().admittedSequence();
        }
        if (job instanceof JobState.Finished it) {
            return it.info().admittedSequence();
        }
        return ((JobState.Planned) job).info().admittedSequence();
    }

    /** Reads the tasks in parallel: there may be 100,000 of them, and nothing is decided until they are read. */
    private List<TaskState> tasks() {
        return entries(StoredKind.TASK).parallelStream()
                .flatMap(entry -> Stream.ofNullable(task(entry)))
                .sorted(Comparator.comparingLong((TaskState task) -> task.info().jobOrder())
                        .thenComparingInt(task -> task.info().index()))
                .toList();
    }

    private Needs shared(Needs needs) {
        return shared.computeIfAbsent(needs, it -> it);
    }

    private @Nullable TaskState task(Entry entry) {
        JobState.Planned job = Ids.isTaskId(entry.id()) ? planned.get(Ids.jobOfTask(entry.id())) : null;
        if (job == null) {
            setAside(entry, "the task is stored without its job");
            return null;
        }
        StoredTask stored = read(StoredKind.TASK, entry);
        try {
            return (stored == null ? StoredTask.unknown(entry.id()) : stored).restored(job, this::shared, tick);
        } catch (RuntimeException e) {
            setAside(entry, e.getMessage());
            return StoredTask.unknown(entry.id()).restored(job, this::shared, tick);
        }
    }
}
