package dev.millrace.schemas.event;

/**
 * A dispatcher came to life for one partition. It places nothing before it has read back a tick of this generation.
 *
 * @param partition of the topics the dispatcher reads
 */
public record GenerationStarted(int partition, long generation) implements Event {
    @Override
    public String key() {
        return "dispatcher-" + partition;
    }
}
