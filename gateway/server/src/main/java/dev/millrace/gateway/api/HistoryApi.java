package dev.millrace.gateway.api;

import dev.millrace.gateway.view.HistoryViews;
import dev.millrace.platform.problem.HttpProblemException;
import dev.millrace.platform.problem.ProblemKind;
import dev.millrace.schemas.history.Estimate;
import dev.millrace.schemas.history.HistoryKey;
import dev.millrace.schemas.history.RuntimeHistory;
import dev.millrace.schemas.history.Sample;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The runtime history of a test. */
public final class HistoryApi {
    private static final int RUNS = 50;

    private final HistoryViews views;

    public HistoryApi(HistoryViews views) {
        this.views = views;
    }

    /** The expected duration of a test, estimated only from its own runs. */
    record EstimateView(long ms, long upperMs, String confidence, String source) {
        static EstimateView of(Estimate estimate) {
            return new EstimateView(
                    estimate.ms(),
                    estimate.upperMs(),
                    estimate.confidence().name().toLowerCase(Locale.ROOT),
                    estimate.source());
        }
    }

    /** A test with its estimate and its newest runs. */
    record TestHistory(String test, EstimateView estimate, List<HistoryViews.RunView> runs) {}

    void history(RoutingContext context) {
        HistoryKey key;
        try {
            key = HistoryKey.parse(String.valueOf(context.pathParam("test")));
        } catch (IllegalArgumentException e) {
            throw new HttpProblemException(
                    ProblemKind.BAD_PARAMETER,
                    "a test is named project/suite/test; for a task that is a plain command and belongs to no suite, the suite is '-'");
        }
        int limit = Answers.number(context, "limit", RUNS, RuntimeHistory.NEWEST, 1_000);
        Answers.send(context, views.runs(key, limit).map(runs -> describe(key, runs)));
    }

    private TestHistory describe(HistoryKey key, List<HistoryViews.RunView> runs) {
        List<Sample> samples = runs.stream().map(HistoryViews.RunView::sample).toList();
        return RuntimeHistory.of(Map.of(key.suite(), Map.of(key.test(), samples)))
                .of(key.suite(), key.test())
                .map(estimate -> new TestHistory(key.toString(), EstimateView.of(estimate), runs))
                .orElseThrow(
                        () -> new HttpProblemException(ProblemKind.UNKNOWN_TEST, "no run of " + key + " is known"));
    }
}
