package dev.millrace.schemas.event;

/** An executor's report about one attempt; it counts only while the attempt's epoch is live. */
public sealed interface AttemptReport extends PoolEvent permits AttemptStarted, AttemptFinished, AttemptReturned {
    String taskId();

    String jobId();

    int attempt();

    Epoch epoch();

    String executorId();

    String incarnation();

    AttemptKey attemptKey();

    @Override
    default String key() {
        return taskId();
    }
}
