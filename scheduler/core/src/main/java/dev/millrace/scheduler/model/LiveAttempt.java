package dev.millrace.scheduler.model;

import dev.millrace.schemas.event.AttemptKey;
import dev.millrace.schemas.event.Epoch;

/**
 * One attempt that may decide its task.
 *
 * @param number counts the attempts of the task, from 1
 * @param slots it holds of its executor
 */
public record LiveAttempt(int number, Epoch epoch, String executorId, String incarnation, int slots) {
    public AttemptKey key(String taskId) {
        return new AttemptKey(taskId, number, epoch);
    }

    boolean is(AttemptKey key) {
        return key.attempt() == number && key.epoch().equals(epoch);
    }
}
