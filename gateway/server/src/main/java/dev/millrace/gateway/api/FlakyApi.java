package dev.millrace.gateway.api;

import dev.millrace.gateway.view.HistoryViews;
import dev.millrace.schemas.history.FlakyVerdict;
import dev.millrace.schemas.history.HistoryKey;
import io.vertx.core.Future;
import io.vertx.ext.web.RoutingContext;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** The tests that are known to be flaky, by the same rule as the planner's. */
public final class FlakyApi {
    private static final int MAX_PROJECTS = 200;
    private static final int MAX_TESTS = 2_000;
    private static final int RUNS = 100;
    private static final int AT_A_TIME = 50;

    private final HistoryViews views;
    private final Clock clock;

    public FlakyApi(HistoryViews views, Clock clock) {
        this.views = views;
        this.clock = clock;
    }

    /** One test with the verdict on it. */
    record FlakyTest(String test, FlakyVerdict verdict) {}

    /**
     * The flaky ones of the tests looked at.
     *
     * @param complete whether every test that failed within the history was looked at
     */
    record FlakyList(List<FlakyTest> tests, boolean complete) {}

    void list(RoutingContext context) {
        String project = Answers.query(context, "project");
        Future<List<String>> projects =
                project == null ? views.projectsWithFailures(MAX_PROJECTS) : Future.succeededFuture(List.of(project));
        Answers.send(context, projects.compose(this::failed).compose(keys -> judge(keys, 0, new ArrayList<>())));
    }

    private Future<List<HistoryKey>> failed(List<String> projects) {
        List<Future<List<HistoryKey>>> reads =
                projects.stream().map(it -> views.failed(it, MAX_TESTS)).toList();
        return Future.all(reads)
                .map(done -> reads.stream().flatMap(it -> it.result().stream()).toList());
    }

    private Future<FlakyList> judge(List<HistoryKey> keys, int from, List<FlakyTest> found) {
        int last = Math.min(keys.size(), MAX_TESTS);
        if (from >= last) {
            found.sort(Comparator.comparing((FlakyTest it) -> it.verdict().lastSeenAtMs())
                    .reversed()
                    .thenComparing(FlakyTest::test));
            return Future.succeededFuture(new FlakyList(found, keys.size() <= MAX_TESTS));
        }
        int to = Math.min(last, from + AT_A_TIME);
        List<Future<Optional<FlakyTest>>> reads =
                keys.subList(from, to).stream().map(this::judge).toList();
        return Future.all(reads).compose(done -> {
            reads.forEach(read -> read.result().ifPresent(found::add));
            return judge(keys, to, found);
        });
    }

    private Future<Optional<FlakyTest>> judge(HistoryKey key) {
        return views.runs(key, RUNS).map(runs -> FlakyVerdict.of(
                        runs.stream().map(HistoryViews.RunView::sample).toList(), clock.millis())
                .map(verdict -> new FlakyTest(key.toString(), verdict)));
    }
}
