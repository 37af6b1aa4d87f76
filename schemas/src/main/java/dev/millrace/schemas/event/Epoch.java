package dev.millrace.schemas.event;

/**
 * The fencing token of one attempt: only a report that carries a live epoch of its task can decide anything. An epoch of a later generation
 * is greater than every epoch of an earlier generation.
 *
 * @param generation generation of the dispatcher that placed the attempt; it goes up each time a dispatcher starts on a partition or takes
 *     it over
 * @param sequence number of the decision in its pool; the numbers keep growing across generations
 */
public record Epoch(long generation, long sequence) implements Comparable<Epoch> {
    @Override
    public int compareTo(Epoch other) {
        int byGeneration = Long.compare(generation, other.generation);
        return byGeneration != 0 ? byGeneration : Long.compare(sequence, other.sequence);
    }

    @Override
    public String toString() {
        return generation + "-" + sequence;
    }
}
