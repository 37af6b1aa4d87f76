package dev.millrace.schemas.spec;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A suite an adapter makes tasks of; exactly one adapter is named.
 *
 * @param include patterns of units; all by default
 * @param exclude patterns of units that are left out
 */
public record SuiteSpec(
        @Nullable JUnitSuite junit,
        @Nullable PytestSuite pytest,
        @Nullable CtestSuite ctest,
        @Nullable GtestSuite gtest,
        @Nullable List<String> include,
        @Nullable List<String> exclude) {
    /** One that has been resolved. */
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
