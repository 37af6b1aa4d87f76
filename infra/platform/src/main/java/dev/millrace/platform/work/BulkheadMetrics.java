package dev.millrace.platform.work;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.function.Supplier;

/** The metrics of both kinds of bulkhead, tagged with the bulkhead's name. */
final class BulkheadMetrics {
    private BulkheadMetrics() {}

    static Counter refused(MeterRegistry metrics, String name) {
        return Counter.builder("bulkhead.refused")
                .description("calls that were refused because too many others ran or waited")
                .tag("name", name)
                .register(metrics);
    }

    static Counter late(MeterRegistry metrics, String name) {
        return Counter.builder("bulkhead.late")
                .description("calls that were given up at their deadline")
                .tag("name", name)
                .register(metrics);
    }

    static void active(MeterRegistry metrics, String name, Supplier<Number> active) {
        Gauge.builder("bulkhead.active", active)
                .description("calls that run now")
                .tag("name", name)
                .register(metrics);
    }

    static void waiting(MeterRegistry metrics, String name, Supplier<Number> waiting) {
        Gauge.builder("bulkhead.waiting", waiting)
                .description("calls that wait for their turn")
                .tag("name", name)
                .register(metrics);
    }
}
