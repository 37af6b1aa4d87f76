package dev.millrace.platform.work;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A limited number of units, such as bytes of memory or simultaneous uploads. A transfer holds its units in a {@link Place} until it ends.
 * When a transfer needs units and none are free, transfers that are behind the required pace lose their places, the one furthest behind
 * first. A transfer that keeps the pace never loses its place. So slow clients use only units that nobody else needs. Metrics {@code
 * places.used} and {@code places.displaced}, which counts the transfers that lost their places, are tagged with the name. Thread-safe.
 */
public final class Places {
    /**
     * The pace at which a transfer keeps its place when others need it.
     *
     * @param bytesPerSecond the average pace that a transfer must keep
     * @param patienceMs how long a new place is safe; also the longest time that a place stays safe after the latest bytes, however many
     *     there were
     */
    public record Pace(long bytesPerSecond, int patienceMs) {
        private long nanosFor(long bytes) {
            return bytes * TimeUnit.SECONDS.toNanos(1) / bytesPerSecond;
        }
    }

    private final long limit;
    private final Pace pace;
    private final LongSupplier nanos;
    private final Counter displaced;
    private final Set<Place> open = new HashSet<>();
    private long used;

    /** @param limit how many units all places together may hold */
    public Places(MeterRegistry metrics, String name, long limit, Pace pace) {
        this(metrics, name, limit, pace, System::nanoTime);
    }

    Places(MeterRegistry metrics, String name, long limit, Pace pace, LongSupplier nanos) {
        this.limit = limit;
        this.pace = pace;
        this.nanos = nanos;
        this.displaced = Counter.builder("places.displaced")
                .description("clients that lost their place because they were slow and others waited")
                .tag("name", name)
                .register(metrics);
        Gauge.builder("places.used", this, Places::used)
                .description("units held now: bytes for bodies, one for each client for everything else")
                .tag("name", name)
                .register(metrics);
    }

    private synchronized long used() {
        return used;
    }

    /**
     * Opens a place that holds no units yet.
     *
     * @param giveUp called once, on any thread, when the transfer has lost its place; its units are already free then
     */
    public synchronized Place open(Runnable giveUp) {
        var place = new Place(giveUp, nanos.getAsLong() + TimeUnit.MILLISECONDS.toNanos(pace.patienceMs()));
        open.add(place);
        return place;
    }

    /** Opens a place that holds one unit. Returns empty when no unit is free or can be freed. */
    public Optional<Place> take(Runnable giveUp) {
        Place place = open(giveUp);
        if (place.grow(1, limit)) {
            return Optional.of(place);
        }
        place.close();
        return Optional.empty();
    }

    /**
     * Takes its place away from the transfer that is furthest behind its pace, if any is behind. For callers that need something else that
     * transfers hold, such as disk space or a thread.
     */
    public void displaceOne() {
        List<Place> giving;
        synchronized (this) {
            giving = displace(behind(null), 1);
        }
        giving.forEach(it -> it.giveUp.run());
    }

    /**
     * Gives more units to {@code wanting}, and returns the places that were closed for this. Returns empty and changes nothing if too few
     * units can be freed.
     */
    private synchronized Optional<List<Place>> makeRoom(Place wanting, long more, long most) {
        if (!wanting.isOpen) {
            return Optional.empty();
        }
        long needed = used + more - most;
        List<Candidate> behind = needed > 0 ? behind(wanting) : List.of();
        int giving = howMany(behind.stream().map(Candidate::holding).toList(), needed);
        if (giving < 0) {
            return Optional.empty();
        }
        List<Place> gave = displace(behind, giving);
        wanting.units += more;
        used += more;
        return Optional.of(gave);
    }

    private record Candidate(Place place, Holding holding) {}

    /** Returns the places that may be closed for others, the one furthest behind its pace first. */
    private List<Candidate> behind(@Nullable Place wanting) {
        long now = nanos.getAsLong();
        return open.stream()
                .filter(it -> it != wanting && !it.isComplete && it.units > 0)
                .map(it -> new Candidate(it, new Holding(it.units, it.behindNanos(now))))
                .filter(it -> it.holding().behindNanos() > 0)
                .sorted(Comparator.comparingLong((Candidate it) -> it.holding().behindNanos())
                        .reversed())
                .toList();
    }

    private List<Place> displace(List<Candidate> behind, int count) {
        var gave = new ArrayList<Place>();
        for (Candidate it : behind.subList(0, Math.min(count, behind.size()))) {
            it.place().isDisplaced = true;
            it.place().close();
            displaced.increment();
            gave.add(it.place());
        }
        return gave;
    }

    /**
     * The units and the delay of a transfer that may lose its place.
     *
     * @param behindNanos how far the transfer is behind its pace, in nanoseconds
     */
    record Holding(long units, long behindNanos) {}

    /**
     * Returns how many places, counted from the first, must be closed to free {@code needed} units; -1 if all of them together hold fewer
     * units.
     */
    static int howMany(List<Holding> behind, long needed) {
        long freed = 0;
        for (int count = 0; count < behind.size(); count++) {
            if (freed >= needed) {
                return count;
            }
            freed += behind.get(count).units();
        }
        return freed >= needed ? behind.size() : -1;
    }

    /** The units that one transfer holds until it closes this place. */
    public final class Place implements AutoCloseable {
        private final Runnable giveUp;

        /** Until this time the bytes that were moved so far satisfy the pace. */
        private long safeUntilNanos;

        private long pausedAtNanos;
        private boolean isPaused;
        private boolean isComplete;
        private boolean isDisplaced;
        private boolean isOpen = true;
        private long units;

        private Place(Runnable giveUp, long safeUntilNanos) {
            this.giveUp = giveUp;
            this.safeUntilNanos = safeUntilNanos;
        }

        /**
         * Takes more units. Slow transfers may lose their places for this.
         *
         * @param most how many units all places together may hold afterwards; has no effect above the limit
         * @return false when too few units can be freed, or when this place was displaced or closed
         */
        public boolean grow(long more, long most) {
            Optional<List<Place>> gave = makeRoom(this, more, Math.min(most, limit));
            // Runs outside the lock, since the actions are unknown code.
            gave.ifPresent(places -> places.forEach(it -> it.giveUp.run()));
            return gave.isPresent();
        }

        public long units() {
            synchronized (Places.this) {
                return units;
            }
        }

        public void moved(long bytes) {
            synchronized (Places.this) {
                long now = nowNanos();
                safeUntilNanos = Math.min(
                        now + TimeUnit.MILLISECONDS.toNanos(pace.patienceMs()), safeUntilNanos + pace.nanosFor(bytes));
            }
        }

        /** Notes that the transfer waits for the service from now on. This time does not count against the client. */
        public void pause() {
            synchronized (Places.this) {
                if (!isPaused) {
                    isPaused = true;
                    pausedAtNanos = nanos.getAsLong();
                }
            }
        }

        public void resume() {
            synchronized (Places.this) {
                if (isPaused) {
                    isPaused = false;
                    safeUntilNanos += nanos.getAsLong() - pausedAtNanos;
                }
            }
        }

        /**
         * Notes that all bytes were moved. From now on the transfer cannot lose its place.
         *
         * @return false when the transfer had lost its place before
         */
        public boolean complete() {
            synchronized (Places.this) {
                isComplete = true;
                return !isDisplaced;
            }
        }

        public boolean isDisplaced() {
            synchronized (Places.this) {
                return isDisplaced;
            }
        }

        private long nowNanos() {
            return isPaused ? pausedAtNanos : nanos.getAsLong();
        }

        private long behindNanos(long now) {
            return (isPaused ? pausedAtNanos : now) - safeUntilNanos;
        }

        /** Gives the units back; closing it again does nothing. */
        @Override
        public void close() {
            synchronized (Places.this) {
                if (isOpen) {
                    isOpen = false;
                    open.remove(this);
                    used -= units;
                    units = 0;
                }
            }
        }
    }
}
