package dev.millrace.schemas.spec;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A GoogleTest program.
 *
 * @param name {@code gtest} by default
 * @param binary the program within the inputs, relative to the directory of the settings
 * @param args further arguments of it
 * @param shards into how many parts it is to divide itself, by its own environment variables; absent to run what it lists in
 *     tasks balanced by history
 * @param only full names of the tests that are wanted of a program that divides itself; absent for all
 * @param units full names of tests, or numbers of shards; only once resolved
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

    private static final String FILTER = "--gtest_filter=";

    /** $0 is the program, the rest its arguments. A part of which only some cases failed runs those alone. */
    private static final String SCRIPT =
            "mkdir -p \"$MILLRACE_OUT/.millrace\" || exit; if [ -n \"$MILLRACE_RETRY\" ]; then"
                    + " unset GTEST_TOTAL_SHARDS GTEST_SHARD_INDEX;"
                    + " set -- \"$@\" \"--gtest_filter=$(cut -f2 \"$MILLRACE_RETRY\" | paste -sd: -)\"; fi; exec \"$0\""
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

    /** The units of a program that divides itself, in order. */
    public static List<String> shardNames(int shards) {
        var names = new ArrayList<String>();
        for (int i = 0; i < shards; i++) {
            names.add(SHARD + (i + 1) + "-of-" + shards);
        }
        return names;
    }

    @Override
    public List<String> command(List<String> found) {
        var command = new ArrayList<String>();
        if (shards != null) {
            int index = shardNames(shards).indexOf(found.get(0));
            command.addAll(List.of("env", "GTEST_TOTAL_SHARDS=" + shards, "GTEST_SHARD_INDEX=" + index));
        }
        command.addAll(List.of("sh", "-c", SCRIPT, binary.contains("/") ? binary : "./" + binary));
        command.addAll(argsOrNone());
        List<String> names = shards == null ? found : only;
        if (names != null) {
            command.add(FILTER + String.join(":", names));
        }
        return command;
    }

    /** The same with tests that Millrace divides. */
    public GtestSuite undivided() {
        return new GtestSuite(name, binary, args, null, only, settings, units);
    }

    /** With nothing but these of its tests; null for all. */
    public GtestSuite withOnly(@Nullable List<String> tests) {
        return new GtestSuite(name, binary, args, shards, tests, settings, units);
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
