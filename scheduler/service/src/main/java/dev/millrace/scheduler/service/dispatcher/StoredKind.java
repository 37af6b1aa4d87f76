package dev.millrace.scheduler.service.dispatcher;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.ObjectWriter;
import dev.millrace.scheduler.model.DomainState;
import dev.millrace.scheduler.model.EntityKind;
import dev.millrace.scheduler.model.JobState;
import dev.millrace.scheduler.model.OwnerAccount;
import dev.millrace.scheduler.model.PoolClock;
import dev.millrace.scheduler.model.PoolPolicy;
import dev.millrace.scheduler.model.Registration;
import dev.millrace.scheduler.model.RevokedAttempt;
import dev.millrace.scheduler.model.ScopeState;
import dev.millrace.scheduler.model.StandingOverride;
import dev.millrace.schemas.json.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;

/**
 * A kind of stored value and its format: one byte with the version of the format, then JSON. Values from an earlier build can be read: a
 * field that the earlier build did not know gets its zero value, which must mean "as before". Values with a later version of the format are
 * refused. Thread-safe.
 *
 * @param <T> the type of the value
 */
final class StoredKind<T> {
    /** The formats of everything that a pool consists of, by the kind of entity. */
    private static final Map<EntityKind<?>, Function<Object, byte[]>> WRITERS = new HashMap<>();

    static final StoredKind<JobState> JOB = of(EntityKind.JOB, 1);
    static final StoredKind<StoredTask> TASK = of(EntityKind.TASK, 1, StoredTask.class, StoredTask::of);
    static final StoredKind<Registration> EXECUTOR = of(EntityKind.EXECUTOR, 1);
    static final StoredKind<OwnerAccount> OWNER = of(EntityKind.OWNER, 1);
    static final StoredKind<StandingOverride> MARK = of(EntityKind.MARK, 1);
    static final StoredKind<RevokedAttempt> REVOKED = of(EntityKind.REVOKED, 1);
    static final StoredKind<ScopeState> SCOPE = of(EntityKind.SCOPE, 1);
    static final StoredKind<DomainState> DOMAIN = of(EntityKind.DOMAIN, 1);
    static final StoredKind<PoolPolicy> POLICY = of(EntityKind.POLICY, 1);
    static final StoredKind<PoolClock> CLOCK = of(EntityKind.CLOCK, 1);
    static final StoredKind<Long> META = of(EntityKind.SEQUENCE, 1);
    static final StoredKind<String> TRACE = new StoredKind<>("trace", 1, String.class);

    /** Version bytes are below this value, so that JSON without a version byte, which the first builds wrote, can be recognised. */
    private static final int FIRST_PRINTABLE = 0x20;

    /** Thrown when a value cannot be read, because it is damaged or has a later version of the format. */
    static final class UnreadableException extends Exception {
        UnreadableException(String message) {
            super(message);
        }
    }

    private final String name;
    private final int version;
    private final ObjectReader reader;
    private final ObjectWriter writer;

    private StoredKind(String name, int version, Class<T> type) {
        ObjectMapper mapper = Json.OWN.copy().disable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES);
        this.name = name;
        this.version = version;
        this.reader = mapper.readerFor(type);
        this.writer = mapper.writerFor(type);
    }

    private static <T> StoredKind<T> of(EntityKind<T> entity, int version) {
        return of(entity, version, entity.type(), value -> value);
    }

    /** @param form makes the stored form of a value */
    private static <E, T> StoredKind<T> of(EntityKind<E> entity, int version, Class<T> type, Function<E, T> form) {
        var kind = new StoredKind<>(entity.wireName(), version, type);
        WRITERS.put(entity, value -> kind.write(form.apply(entity.type().cast(value))));
        return kind;
    }

    /**
     * Returns the stored form of an entity's value.
     *
     * @throws ClassCastException if the value has another type than its kind
     */
    static byte[] write(EntityKind<?> entity, Object value) {
        Function<Object, byte[]> writer = WRITERS.get(entity);
        if (writer == null) {
            throw new IllegalStateException("no format for the stored kind " + entity);
        }
        return writer.apply(value);
    }

    /** Returns the part of a key that names the kind. */
    String wireName() {
        return name;
    }

    byte[] write(T value) {
        try {
            byte[] json = writer.writeValueAsBytes(value);
            byte[] all = new byte[json.length + 1];
            all[0] = (byte) version;
            System.arraycopy(json, 0, all, 1, json.length);
            return all;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    T read(byte[] value) throws UnreadableException {
        int written = value.length > 0 && value[0] < FIRST_PRINTABLE ? value[0] : 0;
        if (written > version) {
            throw new UnreadableException(
                    "written by a later build: its form is " + written + ", known are those up to " + version);
        }
        byte[] json = written == 0 ? value : Arrays.copyOfRange(value, 1, value.length);
        try {
            T read = reader.readValue(json);
            if (read == null) {
                throw new UnreadableException("null");
            }
            return read;
        } catch (IOException | RuntimeException e) {
            throw new UnreadableException(String.valueOf(e.getMessage()));
        }
    }
}
