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
 * A limited number of units, such as bytes of memory or uploads at once, that transfers hold while they last. When there is no room,
 * transfers that are behind their pace give way, the furthest behind first; one that keeps its pace never does. So slow clients
 * use only what nobody else needs. Metrics {@code places.used} and {@code places.displaced}, which counts those that gave way, are tagged
 * with the name. Thread-safe.
 */
public final class Places {
    /**
     * The pace at which a transfer keeps its place when others need it.
     *
     * @param bytesPerSecond on average
     * @param patienceMs a place is safe at first, and how long bytes above the average keep it safe at most
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

    /** @param limit of the units that all together hold */
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
                .description("places taken now: bytes for bodies, clients for everything else")
                .tag("name", name)
                .register(metrics);
    }

    private synchronized long used() {
        return used;
    }

    /**
     * A place that holds nothing yet.
     *
     * @param giveUp called once, on any thread, when the transfer gives way; its units are free already
     */
    public synchronized Place open(Runnable giveUp) {
        var place = new Place(giveUp, nanos.getAsLong() + TimeUnit.MILLISECONDS.toNanos(pace.patienceMs()));
        open.add(place);
        return place;
    }

    /** A place that holds one unit; none when there is no room. */
    public Optional<Place> take(Runnable giveUp) {
        Place place = open(giveUp);
        if (place.grow(1, limit)) {
            return Optional.of(place);
        }
        place.close();
        return Optional.empty();
    }

    /** Has the transfer that is furthest behind its pace give way, if any is; for what a place holds besides its units. */
    public void displaceOne() {
        List<Place> giving;
        synchronized (this) {
            giving = displace(behind(null), 1);
        }
        giving.forEach(it -> it.giveUp.run());
    }

    /** Those that gave way for it; none of it when there is no room. */
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

    /** Those that may have to give way, the one furthest behind first. */
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
     * A transfer that may have to give way.
     *
     * @param behindNanos how far it is behind its pace
     */
    record Holding(long units, long behindNanos) {}

    /** How many of the first ones give way for so many units; -1 when all of them hold less. */
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

    /** The units that one transfer holds until it is closed. */
    public final class Place implements AutoCloseable {
        private final Runnable giveUp;

        /** The bytes so far are enough until then. */
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
         * Takes more units; others may give way for them.
         *
         * @param most that all may hold together afterwards, where that is less than the limit
         * @return false when there is no room, or when this one gave way itself or is closed
         */
        public boolean grow(long more, long most) {
            Optional<List<Place>> gave = makeRoom(this, more, Math.min(most, limit));
            // Outside of the lock: what they do then is not known here.
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

        /** The transfer waits for the service from now on, which is not the client's time. */
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
         * All of it was moved; from now on it never gives way.
         *
         * @return false when it gave way before
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
