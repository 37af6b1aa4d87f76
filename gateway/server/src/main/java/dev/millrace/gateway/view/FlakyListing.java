package dev.millrace.gateway.view;

import dev.millrace.platform.work.AsyncLoop;
import dev.millrace.schemas.history.FlakyVerdict;
import dev.millrace.schemas.history.HistoryKey;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Finds the tests that are known to be flaky, project by project. However many tests failed, it holds in memory only the few tests that it
 * is checking and those that it found to be flaky. It stops after a limited number of tests or bytes, and then says that the list is not
 * complete. An instance is used once.
 */
public final class FlakyListing {
    static final int MAX_PROJECTS = 200;

    /** Maximum number of tests that are checked. Each one costs a read of its runs. */
    static final int MAX_TESTS = 2_000;

    /**
     * Approximate size of the found tests and their evidence in the answer, at which the listing stops. The answer is written on an event
     * loop, which other requests need too.
     */
    static final long MAX_BYTES = 1 << 20;

    /** Number of tests whose runs are read and judged at the same time. */
    static final int AT_A_TIME = 20;

    /** Approximate bytes of an entry, without its names. */
    private static final int ENTRY_BYTES = 200;

    /** One test with the verdict on it. */
    public record FlakyTest(String test, FlakyVerdict verdict) {
        private long bytes() {
            return ENTRY_BYTES
                    + test.length()
                    + verdict.evidence().stream().mapToLong(String::length).sum();
        }
    }

    /**
     * The flaky tests among those that were checked.
     *
     * @param complete whether every test that failed within the history was checked
     */
    public record FlakyList(List<FlakyTest> tests, boolean complete) {}

    /** Reads the next tests of a project that failed within the history, in a fixed order. */
    interface FailedReader {
        Future<List<HistoryKey>> read(String project, @Nullable HistoryKey after, int limit);
    }

    private final FailedReader failed;
    private final Function<HistoryKey, Future<Optional<FlakyVerdict>>> verdicts;
    private final List<FlakyTest> found = new ArrayList<>();
    private int project;
    private @Nullable HistoryKey after;
    private int lookedAt;
    private long bytes;
    private boolean complete = true;

    FlakyListing(FailedReader failed, Function<HistoryKey, Future<Optional<FlakyVerdict>>> verdicts) {
        this.failed = failed;
        this.verdicts = verdicts;
    }

    /** @param projects the projects to check; only the first {@value #MAX_PROJECTS} are checked */
    Future<FlakyList> of(List<String> projects) {
        complete = projects.size() <= MAX_PROJECTS;
        int last = Math.min(projects.size(), MAX_PROJECTS);
        return AsyncLoop.whileTrue(() -> project < last ? look(projects.get(project)) : Future.succeededFuture(false))
                .map(done -> {
                    found.sort(
                            Comparator.comparing((FlakyTest it) -> it.verdict().lastSeenAtMs())
                                    .reversed()
                                    .thenComparing(FlakyTest::test));
                    return new FlakyList(found, complete);
                });
    }

    /**
     * Checks the next tests of a project, and returns whether to continue. Once a limit is reached, it only finds out whether there is
     * another test; if so, the list is not complete.
     */
    private Future<Boolean> look(String name) {
        boolean isFull = lookedAt >= MAX_TESTS || bytes >= MAX_BYTES;
        int limit = isFull ? 1 : Math.min(AT_A_TIME, MAX_TESTS - lookedAt);
        return failed.read(name, after, limit).compose(keys -> {
            if (isFull && !keys.isEmpty()) {
                complete = false;
                return Future.succeededFuture(false);
            }
            boolean more = keys.size() == limit;
            after = more ? keys.get(keys.size() - 1) : null;
            project += more ? 0 : 1;
            return judge(keys);
        });
    }

    private Future<Boolean> judge(List<HistoryKey> keys) {
        lookedAt += keys.size();
        List<Future<Optional<FlakyVerdict>>> reads = keys.stream().map(verdicts).toList();
        return Future.all(reads).map(done -> {
            for (int i = 0; i < keys.size(); i++) {
                String test = keys.get(i).toString();
                reads.get(i)
                        .result()
                        .map(verdict -> new FlakyTest(test, verdict))
                        .ifPresent(it -> {
                            found.add(it);
                            bytes += it.bytes();
                        });
            }
            return true;
        });
    }
}
