package dev.millrace.schemas.spec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HostileSpecTest {
    private static final String HEAD = "{\"apiVersion\":\"millrace.dev/v1\",\"name\":\"n\",";

    private final JobSpecReader reader = new JobSpecReader();

    private List<SpecProblem> problems(String body) {
        return catchThrowableOfType(InvalidSpecException.class, () -> reader.readBody(body))
                .problems();
    }

    private static String repeated(String item, int times) {
        return IntStream.range(0, times).mapToObj(i -> item).collect(Collectors.joining(","));
    }

    @Test
    void refusesMoreValuesThanASpecCanHaveBeforeItLooksAtThem() {
        assertThat(problems(HEAD + "\"tasks\":[" + repeated("1", 3_000_000) + "]}"))
                .singleElement()
                .matches(it -> it.message().equals("the array has more than 100000 items"))
                .matches(it -> it.pointer().startsWith("/tasks/"));
        String wide = "[" + repeated("[" + repeated("1", 99_000) + "]", 11) + "]";
        assertThat(problems(HEAD + "\"x\":" + wide + "}")).singleElement().matches(it -> it.message()
                .equals("the document has more than 1000000 values"));
    }

    @Test
    void refusesMoreTasksThanAJobCanHaveWithoutCheckingThem() {
        assertThat(problems(HEAD + "\"tasks\":[" + repeated("1", 10_001) + "]}"))
                .singleElement()
                .matches(it -> it.message().equals("has 10001 items; at most 10000 are accepted"));
    }

    @Test
    void stopsAtTwentyFindingsOfBoundedLength() {
        var wrongTasks = problems(HEAD + "\"tasks\":[" + repeated("1", 10_000) + "]}");
        var wrongArguments = problems(HEAD + "\"tasks\":[{\"id\":\"t\",\"command\":[" + repeated("1", 9_000) + "]}]}");
        var longName = problems(HEAD + "\"" + "x".repeat(40_000) + "\":1}");

        assertThat(wrongTasks).hasSize(20).extracting(SpecProblem::pointer).contains("/tasks/0", "/tasks/19");
        assertThat(wrongArguments).singleElement().matches(it -> it.pointer().equals("/tasks/0/command/0"));
        assertThat(longName).allMatch(it -> it.message().length() < 500);
    }

    @Test
    void refusesDeepNesting() {
        assertThat(problems("[".repeat(5_000))).hasSize(1);
        assertThat(problems(HEAD + "\"x\":" + "[".repeat(40) + "]".repeat(40) + "}"))
                .singleElement()
                .matches(it -> it.message().contains("nested deeper than 16"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"tasks\":[{\"id\":\"t\",\"command\":[\"a\\u0000b\"]}]",
                "\"tasks\":[{\"id\":\"t\\n\",\"command\":[\"a\"]}]",
                "\"tasks\":[{\"id\":\"t\",\"command\":[\"a\"],\"env\":{\"A\":\"\\u0000\"}}]",
                "\"tasks\":[{\"id\":\"t\",\"command\":[\"a\"],\"env\":{\"A\\n\":\"b\"}}]",
                "\"tasks\":[{\"id\":\"t\",\"command\":[\"a\"],\"artifacts\":[\"a\\u0000\"]}]",
                "\"tasks\":[{\"id\":\"t\",\"command\":[\"a\"],\"directory\":\"a\\nb\"}]",
                "\"tasks\":[{\"id\":\"t\",\"command\":[\"a\"],\"mountAt\":\"/a\\u0000\"}]",
                "\"suites\":[{\"gtest\":{\"binary\":\"t\",\"args\":[\"\\u0000\"],\"units\":[]}}]",
                "\"suites\":[{\"gtest\":{\"binary\":\"t\\u0000\",\"units\":[]}}]",
                "\"suites\":[{\"ctest\":{\"dir\":\"t\",\"args\":[\"\\u0000\"],\"units\":[]}}]",
                "\"suites\":[{\"ctest\":{\"dir\":\"t\\u0000\",\"units\":[]}}]",
                "\"suites\":[{\"pytest\":{\"args\":[\"\\u0000\"],\"units\":[]}}]",
                "\"suites\":[{\"pytest\":{\"paths\":[\"\\u0000\"],\"units\":[]}}]",
                "\"suites\":[{\"pytest\":{\"python\":\"py\\u0000\",\"units\":[]}}]",
                "\"suites\":[{\"junit\":{\"classpath\":[\"a\"],\"scan\":[\"a\"],\"jvmArgs\":[\"\\u0000\"],\"units\":[]}}]",
                "\"suites\":[{\"gtest\":{\"binary\":\"t\",\"units\":[]},\"include\":[\"\\u0000\"]}]",
            })
    void refusesWhatCanBeNoArgumentPathOrName(String rest) {
        assertThat(problems(HEAD + rest + "}")).isNotEmpty();
    }

    /** The check of values by the schema throws for such a number, and the gateway would answer 500. */
    @Test
    void refusesANumberThatNoDoubleHolds() {
        assertThat(problems(HEAD + "\"suites\":[{\"pytest\":{\"group\":1e400,\"units\":[]}}]}"))
                .singleElement()
                .matches(it -> it.message().equals("the number is too large"));
    }

    @Test
    void refusesTextThatCannotBeWrittenAsUtf8() {
        assertThat(problems(HEAD.replace("\"n\"", "\"\\ud800\"") + "\"tasks\":[{\"id\":\"t\",\"command\":[\"a\"]}]}"))
                .singleElement()
                .matches(it -> it.message().contains("surrogate"));
    }
}
