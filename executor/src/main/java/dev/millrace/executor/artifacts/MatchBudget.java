package dev.millrace.executor.artifacts;

/**
 * How many steps may still be made to match paths with patterns. Counts steps and not time, so that a result does not depend on the load.
 */
final class MatchBudget {
    private long left;

    MatchBudget(long steps) {
        this.left = steps;
    }

    /** Takes {@code steps} from the budget. Returns false if it is spent. */
    boolean spend(int steps) {
        left = Math.max(0, left - steps);
        return left > 0;
    }

    boolean isSpent() {
        return left == 0;
    }
}
