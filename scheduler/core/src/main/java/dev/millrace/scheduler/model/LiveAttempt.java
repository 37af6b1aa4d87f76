package dev.millrace.scheduler.model;

import dev.millrace.schemas.event.AttemptKey;
import dev.millrace.schemas.event.Epoch;

/**
 * One attempt that may decide its task.
 *
 * @param number the number of the attempt within its task, counted from 1
 * @param slots how many slots of its executor it takes
 * @param cost what its owner has been charged for the attempt so far, in virtual time; 0 if unknown
 */
public record LiveAttempt(int number, Epoch epoch, String executorId, String incarnation, int slots, long cost) {
    public LiveAttempt charged(long newCost) {
        return new LiveAttempt(number, epoch, executorId, incarnation, slots, newCost);
    }

    public AttemptKey key(String taskId) {
        return new AttemptKey(taskId, number, epoch);
    }

    boolean is(AttemptKey key) {
        return key.attempt() == number && key.epoch().equals(epoch);
    }
}
