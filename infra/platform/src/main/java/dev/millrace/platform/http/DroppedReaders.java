package dev.millrace.platform.http;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;

/** Counts the clients of a service that were cut because they did not read their answer in time. */
final class DroppedReaders {
    private DroppedReaders() {}

    static Counter counter(MeterRegistry metrics, String service) {
        return Counter.builder("http.readers.dropped")
                .description("clients that were cut because they did not read their answer in time")
                .tag("service", service)
                .register(metrics);
    }
}
