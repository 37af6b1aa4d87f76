package dev.millrace.schemas.event;

/**
 * The passage of time, written by a dispatcher and read back by it. Only ticks that were read let a lease expire.
 *
 * @param atMs monotonic milliseconds of the generation that wrote it
 */
public record Tick(int partition, long generation, long atMs) implements Event {
    @Override
    public String key() {
        return "tick-" + partition;
    }
}
