package dev.millrace.executor;

import dev.millrace.executor.attempt.AttemptRunner;
import dev.millrace.executor.attempt.HeldAttempts;
import dev.millrace.executor.attempt.LiveEvents;
import dev.millrace.executor.attempt.ResultSpool;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;

/** Registers an executor's metrics, tagged with its id, since several executors may share a process. */
final class ExecutorMetrics {
    private ExecutorMetrics() {}

    static void register(
            MeterRegistry metrics,
            String executorId,
            HeldAttempts held,
            ResultSpool spool,
            AttemptRunner runner,
            LiveEvents live) {
        Gauge.builder("executor.held", held, HeldAttempts::size)
                .description("attempts that the executor has and has not reported yet, running or waiting")
                .tag("executor", executorId)
                .register(metrics);
        Gauge.builder("executor.spooled", spool, ResultSpool::size)
                .description("results on the executor's disk that are not stored and reported yet")
                .tag("executor", executorId)
                .register(metrics);
        Gauge.builder("executor.running", runner, AttemptRunner::runningCount)
                .description("attempts whose process runs")
                .tag("executor", executorId)
                .register(metrics);
        FunctionCounter.builder("executor.live.dropped", live, LiveEvents::dropped)
                .description(
                        "live events, such as pieces of output, that were dropped because too many waited for Kafka")
                .tag("executor", executorId)
                .register(metrics);
    }
}
