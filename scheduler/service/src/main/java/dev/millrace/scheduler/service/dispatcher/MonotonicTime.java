package dev.millrace.scheduler.service.dispatcher;

import java.util.function.Supplier;
import org.apache.kafka.common.utils.Time;

/**
 * Reads the wall clock once at the start and then follows the monotonic clock, so that Kafka Streams and the ticks do not see jumps of the
 * wall clock.
 */
final class MonotonicTime implements Time {
    private final long startWallMs = Time.SYSTEM.milliseconds();
    private final long startNanos = Time.SYSTEM.nanoseconds();

    @Override
    public long milliseconds() {
        return startWallMs + (Time.SYSTEM.nanoseconds() - startNanos) / 1_000_000;
    }

    @Override
    public long nanoseconds() {
        return Time.SYSTEM.nanoseconds();
    }

    @Override
    public void sleep(long ms) {
        Time.SYSTEM.sleep(ms);
    }

    @Override
    public void waitObject(Object obj, Supplier<Boolean> condition, long deadlineMs) throws InterruptedException {
        // The deadline is in the time of this clock, but the delegate uses the wall clock.
        Time.SYSTEM.waitObject(obj, condition, deadlineMs - milliseconds() + Time.SYSTEM.milliseconds());
    }
}
