package dev.millrace.schemas.event;

/**
 * The fencing token of one attempt: only a report that carries a live epoch of its task can decide anything.
 * A later generation outranks any sequence of an earlier one.
 *
 * @param generation counts the lives of the dispatcher that placed the attempt
 * @param sequence counts the decisions of the pool, across generations
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
