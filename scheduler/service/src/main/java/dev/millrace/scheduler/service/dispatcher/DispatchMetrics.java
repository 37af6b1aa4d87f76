package dev.millrace.scheduler.service.dispatcher;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The dispatcher's metrics. Thread-safe. */
final class DispatchMetrics {
    private final Counter decided;
    private final Counter deadLetters;
    private final Counter unreadable;
    private final Counter followUpsFailed;
    private final Set<Integer> partitions = ConcurrentHashMap.newKeySet();

    DispatchMetrics(MeterRegistry registry) {
        decided = Counter.builder("scheduler.events")
                .description("events that the dispatcher published")
                .register(registry);
        deadLetters = Counter.builder("scheduler.dead.letters")
                .description("records that the dispatcher sent to the dead letters")
                .register(registry);
        unreadable = Counter.builder("scheduler.state.unreadable")
                .description("entries of the stored state that could not be read and were set aside")
                .register(registry);
        followUpsFailed = Counter.builder("scheduler.followups.failed")
                .description("steps that were due and failed")
                .register(registry);
        Gauge.builder("scheduler.partitions", partitions, Set::size)
                .description("partitions that this instance decides for")
                .register(registry);
    }

    void track(int partition) {
        partitions.add(partition);
    }

    void forget(int partition) {
        partitions.remove(partition);
    }

    void decided(int events) {
        decided.increment(events);
    }

    void unreadable() {
        unreadable.increment();
    }

    void deadLetter() {
        deadLetters.increment();
    }

    void followUpFailed() {
        followUpsFailed.increment();
    }
}
