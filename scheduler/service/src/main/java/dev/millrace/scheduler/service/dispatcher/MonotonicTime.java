package dev.millrace.scheduler.service.dispatcher;

import java.util.function.Supplier;
import org.apache.kafka.common.utils.Time;

/** Wall time at start, then the monotonic clock: Streams and the ticks do not see the wall clock jump. */
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
        // The deadline is on this clock; the delegate measures on its own.
        Time.SYSTEM.waitObject(obj, condition, deadlineMs - milliseconds() + Time.SYSTEM.milliseconds());
    }
}
