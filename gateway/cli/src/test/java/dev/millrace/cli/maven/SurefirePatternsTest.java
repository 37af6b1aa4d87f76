package dev.millrace.cli.maven;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.cli.CliException;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class SurefirePatternsTest {
    private static final List<String> CLASSES = List.of(
            "FirstTest",
            "TestFirst",
            "a.b.SecondTests",
            "a.b.ThirdTestCase",
            "a.b.Outer$InnerTest",
            "a.b.SomethingIT",
            "a.b.integration.DeepTest",
            "Testless.Helper");

    private static Stream<String> chosen(List<String> includes, List<String> excludes) {
        String regex = SurefirePatterns.regex(includes, excludes);
        return CLASSES.stream().filter(it -> it.matches(regex));
    }

    @Test
    void withoutPatternsSurefiresOwnApply() {
        assertThat(chosen(List.of(), List.of()))
                .containsExactly(
                        "FirstTest", "TestFirst", "a.b.SecondTests", "a.b.ThirdTestCase", "a.b.integration.DeepTest");
    }

    @Test
    void patternsAreOfPathsOrOfNamesInAnyPackage() {
        assertThat(chosen(List.of("**/integration/*.java"), List.of())).containsExactly("a.b.integration.DeepTest");
        assertThat(chosen(List.of("a/**/*Test.class"), List.of())).containsExactly("a.b.integration.DeepTest");
        assertThat(chosen(List.of("*IT"), List.of())).containsExactly("a.b.SomethingIT");
        assertThat(chosen(List.of("?irstTest.java,Test*"), List.of())).containsExactly("FirstTest", "TestFirst");
    }

    @Test
    void excludedIsWhatIsExcludedOrIncludedWithAMark() {
        assertThat(chosen(List.of(), List.of("**/integration/**", "**/*TestCase.java")))
                .containsExactly("FirstTest", "TestFirst", "a.b.SecondTests");
        assertThat(chosen(List.of("**/*Test.java", "!First*"), List.of())).containsExactly("a.b.integration.DeepTest");
    }

    @Test
    void whatOnlySurefireUnderstandsIsRefused() {
        assertThatThrownBy(() -> SurefirePatterns.regex(List.of("%regex[.*Fast.*]"), List.of()))
                .isInstanceOf(CliException.class)
                .hasMessageContaining("%regex[.*Fast.*]");
        assertThatThrownBy(() -> SurefirePatterns.regex(List.of("FirstTest#one*"), List.of()))
                .isInstanceOf(CliException.class);
    }
}
