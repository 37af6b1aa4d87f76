package dev.millrace.scheduler.service.dispatcher;

import com.fasterxml.jackson.databind.ObjectReader;
import dev.millrace.scheduler.Dirty;
import dev.millrace.scheduler.JobState;
import dev.millrace.scheduler.Mark;
import dev.millrace.scheduler.OwnerAccount;
import dev.millrace.scheduler.PoolPolicy;
import dev.millrace.scheduler.PoolState;
import dev.millrace.scheduler.Registration;
import dev.millrace.scheduler.TaskState;
import dev.millrace.schemas.codec.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/**
 * The durable form of the pools of one partition: an entry per job, task, executor, owner and pool, keyed
 * {@code pool/kind/id}. Heartbeats never touch it.
 */
final class PoolStore {
    static final String NAME = "pools";

    private static final Map<Class<?>, ObjectReader> READERS = new ConcurrentHashMap<>();

    /** The character that follows the slash in ASCII, so a range up to it holds exactly the keys of one pool. */
    private static final String AFTER_SLASH = "0";

    private static final String GENERATION = "#generation";

    private final KeyValueStore<String, byte[]> store;

    PoolStore(KeyValueStore<String, byte[]> store) {
        this.store = store;
    }

    long generation() {
        byte[] value = store.get(GENERATION);
        return value == null ? 0 : read(value, Long.class);
    }

    void setGeneration(long generation) {
        store.put(GENERATION, write(generation));
    }

    /** All pools in the store. */
    Set<String> pools() {
        var pools = new HashSet<String>();
        try (KeyValueIterator<String, byte[]> all = store.all()) {
            while (all.hasNext()) {
                String key = all.next().key;
                int slash = key.indexOf('/');
                if (slash > 0) {
                    pools.add(key.substring(0, slash));
                }
            }
        }
        return pools;
    }

    PoolState load(String pool, long tick) {
        Map<String, List<byte[]>> byKind = new HashMap<>();
        String prefix = pool + "/";
        try (KeyValueIterator<String, byte[]> range = store.range(prefix, pool + AFTER_SLASH)) {
            while (range.hasNext()) {
                KeyValue<String, byte[]> entry = range.next();
                String kind = entry.key.substring(prefix.length(), entry.key.indexOf('/', prefix.length()));
                byKind.computeIfAbsent(kind, it -> new ArrayList<>()).add(entry.value);
            }
        }
        long sequence = byKind.getOrDefault("meta", List.of()).stream()
                .mapToLong(value -> read(value, Long.class))
                .findFirst()
                .orElse(0);
        List<JobState> jobs = jobs(byKind.getOrDefault("job", List.of()));
        return PoolState.restore(
                pool,
                sequence,
                jobs,
                tasks(byKind.getOrDefault("task", List.of()), jobs, tick),
                byKind.getOrDefault("executor", List.of()).stream()
                        .map(value -> read(value, Registration.class))
                        .toList(),
                byKind.getOrDefault("owner", List.of()).stream()
                        .map(value -> read(value, OwnerAccount.class))
                        .toList(),
                byKind.getOrDefault("mark", List.of()).stream()
                        .map(value -> read(value, Mark.class))
                        .toList(),
                byKind.getOrDefault("policy", List.of()).stream()
                        .map(value -> read(value, PoolPolicy.class))
                        .findFirst()
                        .orElse(null),
                tick);
    }

    private static List<TaskState> tasks(List<byte[]> values, List<JobState> jobs, long tick) {
        Map<String, JobState.Planned> planned = new HashMap<>();
        for (JobState job : jobs) {
            if (job instanceof JobState.Planned it) {
                planned.put(it.info().jobId(), it);
            }
        }
        return values.parallelStream()
                .map(value -> restored(read(value, StoredTask.class), planned, tick))
                .sorted(Comparator.comparingLong((TaskState task) -> task.info().jobOrder())
                        .thenComparingInt(task -> task.info().index()))
                .toList();
    }

    private static TaskState restored(StoredTask task, Map<String, JobState.Planned> planned, long tick) {
        JobState.Planned job = planned.get(task.jobId());
        if (job == null) {
            throw new IllegalStateException("task " + task.id() + " is stored without its job");
        }
        return task.restored(job, tick);
    }

    private static List<JobState> jobs(List<byte[]> values) {
        return values.stream()
                .map(value -> read(value, JobState.class))
                .sorted(Comparator.comparingLong(job -> job instanceof JobState.Finished it ? it.finishedAtMs() : 0))
                .toList();
    }

    /** Makes what changed durable. */
    void save(PoolState state, Dirty.Changes changes) {
        String pool = state.pool();
        changes.jobs().forEach(id -> put(pool + "/job/" + id, state.job(id)));
        changes.tasks().forEach(id -> {
            TaskState task = state.task(id);
            put(pool + "/task/" + id, task == null ? null : StoredTask.of(task));
        });
        changes.executors().forEach(id -> put(pool + "/executor/" + id, state.registration(id)));
        changes.owners().forEach(owner -> put(pool + "/owner/" + owner, state.account(owner)));
        changes.marks().forEach(id -> put(pool + "/mark/" + id, state.mark(id)));
        if (changes.policy()) {
            put(pool + "/policy/settings", state.policy());
        }
        if (changes.meta()) {
            put(pool + "/meta/sequence", state.sequence());
        }
    }

    private void put(String key, @Nullable Object value) {
        if (value == null) {
            store.delete(key);
        } else {
            store.put(key, write(value));
        }
    }

    private static byte[] write(Object value) {
        try {
            return Json.OWN.writeValueAsBytes(value);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static <T> T read(byte[] value, Class<T> type) {
        try {
            return READERS.computeIfAbsent(type, Json.OWN::readerFor).readValue(value);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
