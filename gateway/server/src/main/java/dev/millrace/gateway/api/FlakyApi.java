package dev.millrace.gateway.api;

import dev.millrace.gateway.view.HistoryViews;
import io.vertx.ext.web.RoutingContext;
import java.time.Clock;

/** Lists the tests that are known to be flaky. The rule is the same as the planner's. */
public final class FlakyApi {
    private final HistoryViews views;
    private final Clock clock;

    public FlakyApi(HistoryViews views, Clock clock) {
        this.views = views;
        this.clock = clock;
    }

    void list(RoutingContext context) {
        Answers.send(context, views.flaky(Answers.query(context, "project"), clock.millis()));
    }
}
