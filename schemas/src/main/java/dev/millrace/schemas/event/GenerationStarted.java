package dev.millrace.schemas.event;

/**
 * A dispatcher started to work for one partition. It places no tasks before it has read back a tick of this generation.
 *
 * @param partition number of the partition of the topics that the dispatcher reads
 */
public record GenerationStarted(int partition, long generation) implements Event {
    @Override
    public String key() {
        return "dispatcher-" + partition;
    }
}
