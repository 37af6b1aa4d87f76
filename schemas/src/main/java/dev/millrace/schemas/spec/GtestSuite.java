package dev.millrace.schemas.spec;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import dev.millrace.schemas.blob.Digest;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A GoogleTest program.
 *
 * @param name {@code gtest} by default
 * @param binary the program within the inputs, relative to the directory of the settings
 * @param args further arguments of the program
 * @param shards number of shards that the program divides itself into, controlled by GoogleTest's environment variables; if absent,
 *     Millrace divides the tests that the program lists into tasks, balanced by their run times in the history
 * @param only full names of the tests to run; absent for all
 * @param units full names of tests, or names of shards; absent before discovery
 */
public record GtestSuite(
        @Nullable String name,
        String binary,
        @Nullable List<String> args,
        @Nullable Integer shards,
        @Nullable List<String> only,
        @JsonUnwrapped TaskDefaults settings,
        @Nullable List<FoundUnit> units)
        implements Suite {
    private static final String SHARD = "shard-";
    private static final Pattern SHARD_NAME = Pattern.compile(SHARD + "\\d+-of-\\d+(-[0-9a-f]{8})?");

    /** The largest number of characters of a filter; an argument of a command can have at most 128 KiB. */
    public static final int MAX_FILTER = 100_000;

    private static final String FILTER = "--gtest_filter=";

    /**
     * {@code $0} is the program; the other parameters are its arguments. On a retry of failed cases the script runs only these cases,
     * unless their names are too long for a filter.
     */
    private static final String SCRIPT =
            "mkdir -p \"$MILLRACE_OUT/.millrace\" || exit; if [ -n \"$MILLRACE_RETRY\" ]; then"
                    + " f=$(cut -f2 \"$MILLRACE_RETRY\" | tr ':-' '??' | paste -sd: -); if [ ${#f} -le " + MAX_FILTER
                    + " ]; then"
                    + " unset GTEST_TOTAL_SHARDS GTEST_SHARD_INDEX; set -- \"$@\" \"--gtest_filter=$f\"; fi; fi; exec \"$0\""
                    + " --gtest_output=\"xml:$MILLRACE_OUT/.millrace/gtest.xml\" \"$@\"";

    @Override
    public String adapter() {
        return "gtest";
    }

    @Override
    public String nameOrDefault() {
        return name != null ? name : adapter();
    }

    public List<String> argsOrNone() {
        return args != null ? args : List.of();
    }

    @Override
    public List<FoundUnit> unitsOrNone() {
        return units != null ? units : List.of();
    }

    /**
     * Returns the names of the shards in order; these are the units of a program that divides itself. If only some tests are selected, each
     * name ends with a hash of the selection, because shards of some tests have other run times than shards of all tests.
     */
    public List<String> shardNames() {
        int parts = shards == null ? 0 : shards;
        String some = only == null
                ? ""
                : "-"
                        + Digest.of(String.join(":", only).getBytes(StandardCharsets.UTF_8))
                                .hex()
                                .substring(0, 8);
        return IntStream.rangeClosed(1, parts)
                .mapToObj(i -> SHARD + i + "-of-" + parts + some)
                .toList();
    }

    /** Returns whether a unit is a shard (see {@link #shardNames}) and not a test. */
    public static boolean isShard(String unit) {
        return SHARD_NAME.matcher(unit).matches();
    }

    @Override
    public List<String> command(List<String> found) {
        var command = new ArrayList<String>();
        if (shards != null) {
            int index = shardNames().indexOf(found.get(0));
            command.addAll(List.of("env", "GTEST_TOTAL_SHARDS=" + shards, "GTEST_SHARD_INDEX=" + index));
        }
        command.addAll(List.of("sh", "-c", SCRIPT, binary.contains("/") ? binary : "./" + binary));
        command.addAll(argsOrNone());
        // If Millrace divides the tests, the units are names of tests.
        List<String> names = shards == null ? found : only;
        if (names != null) {
            command.add(FILTER + names.stream().map(GtestSuite::pattern).collect(Collectors.joining(":")));
        }
        return command;
    }

    /**
     * Returns the filter pattern for a test name. In a filter a colon separates names and a dash starts the excluded names, so both are
     * replaced by {@code ?}, which matches any character.
     */
    private static String pattern(String name) {
        return name.replace(':', '?').replace('-', '?');
    }

    /** Returns the same suite without shards, so that Millrace divides its tests. */
    public GtestSuite undivided() {
        return new GtestSuite(name, binary, args, null, only, settings, units);
    }

    /** Returns the same suite limited to these tests, with at most as many shards as tests. */
    public GtestSuite withOnly(List<String> tests) {
        Integer parts = shards == null ? null : Integer.valueOf(Math.min(shards, tests.size()));
        return new GtestSuite(name, binary, args, parts, tests, settings, units);
    }

    /** GoogleTest 1.12 does not report a failing tear-down of a test suite in its XML; later versions may do so. */
    @Override
    public String unreportedFailure() {
        return ": SetUpTestSuite or TearDownTestSuite";
    }

    @Override
    public String unitWord() {
        return shards == null ? "tests" : "shards";
    }

    @Override
    public boolean runsEachAlone() {
        return shards != null;
    }

    @Override
    public GtestSuite withSettings(TaskDefaults other) {
        return new GtestSuite(name, binary, args, shards, only, other, units);
    }

    @Override
    public GtestSuite withUnits(List<FoundUnit> found) {
        return new GtestSuite(name, binary, args, shards, only, settings, found);
    }
}
