package dev.millrace.schemas.event;

/**
 * The current time, which a dispatcher writes and reads back. Leases expire only because of ticks that were read back.
 *
 * @param atMs milliseconds on a monotonic clock, of the generation that wrote the tick
 */
public record Tick(int partition, long generation, long atMs) implements Event {
    @Override
    public String key() {
        return "tick-" + partition;
    }
}
