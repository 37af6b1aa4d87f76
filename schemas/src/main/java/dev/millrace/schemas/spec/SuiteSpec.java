package dev.millrace.schemas.spec;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A suite as written in a spec; exactly one of the adapters is present.
 *
 * @param include patterns of the units to run; all units by default
 * @param exclude patterns of the units to leave out
 */
public record SuiteSpec(
        @Nullable JUnitSuite junit,
        @Nullable PytestSuite pytest,
        @Nullable CtestSuite ctest,
        @Nullable GtestSuite gtest,
        @Nullable List<String> include,
        @Nullable List<String> exclude) {
    /** Returns the entry for a suite after discovery; it has no patterns. */
    public static SuiteSpec of(Suite suite) {
        return new SuiteSpec(
                suite instanceof JUnitSuite it ? it : null,
                suite instanceof PytestSuite it ? it : null,
                suite instanceof CtestSuite it ? it : null,
                suite instanceof GtestSuite it ? it : null,
                null,
                null);
    }

    public Suite suite() {
        return named().orElseThrow(() -> new IllegalStateException("the schema demands an adapter"));
    }

    public UnitFilter filter() {
        return new UnitFilter(include != null ? include : List.of(), exclude != null ? exclude : List.of());
    }

    private Optional<Suite> named() {
        return Stream.<@Nullable Suite>of(junit, pytest, ctest, gtest)
                .flatMap(it -> Stream.ofNullable(it))
                .findFirst();
    }
}
