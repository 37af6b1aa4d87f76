package dev.millrace.executor.artifacts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.PatternSyntaxException;
import org.junit.jupiter.api.Test;

class GlobTest {
    private static final List<String> PATTERNS = List.of(
            "*",
            "**",
            "*.xml",
            "reports/**",
            "**/*.xml",
            "a?c",
            "[a-c]x",
            "[!a-c]x",
            "{a,b/c,}d",
            "x{1,2}{3,4}",
            "a\\*b",
            "a*b*c",
            "**b**",
            "***/c",
            "***",
            "x*****c",
            "[*?]",
            "a/[!x]/b");
    private static final List<String> PATHS = List.of(
            "",
            "a",
            "abc",
            "a/c",
            "x.xml",
            "reports/a/b.xml",
            "reports",
            "reports/x",
            "ax",
            "dx",
            "ad",
            "b/cd",
            "d",
            "x13",
            "x24",
            "x12",
            "a*b",
            "aab",
            "aXbYc",
            "a/b/c",
            "*",
            "?",
            "a/y/b",
            "a/x/b");

    @Test
    void inEveryPatternShouldMatchWhatTheJdkMatches() {
        for (String pattern : PATTERNS) {
            var jdk = FileSystems.getDefault().getPathMatcher("glob:" + pattern);
            var glob = new Glob(pattern);
            for (String path : PATHS) {
                assertThat(glob.matches(path, new MatchBudget(10_000)))
                        .as(pattern + " on " + path)
                        .isEqualTo(jdk.matches(Path.of(path)));
            }
        }
    }

    @Test
    void inWhatIsNoGlobShouldSaySo() {
        for (String pattern : List.of("a[b", "a{b", "a{b{c}}", "a\\")) {
            assertThatThrownBy(() -> new Glob(pattern)).as(pattern).isInstanceOf(PatternSyntaxException.class);
        }
    }

    @Test
    void inRepeatsSideBySideShouldTakeStepsInProportionToThePath() {
        String path = "a".repeat(993);
        for (String pattern : List.of("**".repeat(510) + "!", "*?*".repeat(2) + "*".repeat(1_000) + "!")) {
            var budget = new MatchBudget(10L * path.length());

            assertThat(new Glob(pattern).matches(path, budget)).as(pattern).isFalse();
            assertThat(budget.isSpent()).as(pattern).isFalse();
        }
    }

    @Test
    void inNameMadeToBeHardShouldStopAtItsBudget() {
        var glob = new Glob("*a".repeat(60) + "*b");
        String name = "a".repeat(255);
        var enough = new MatchBudget(255 * 121 + 1);
        var little = new MatchBudget(1_000);

        assertThat(glob.matches(name + "b", enough)).isTrue();
        assertThat(enough.isSpent()).isFalse();
        assertThat(glob.matches(name + "b", little)).isFalse();
        assertThat(little.isSpent()).isTrue();
    }

    @Test
    void inPatternThatIsLongWhenWrittenOutShouldRefuseIt() {
        String alternatives = "{" + ",".repeat(63) + "}";

        assertThat(new Glob(alternatives + "a".repeat(64)).matches("a".repeat(64), new MatchBudget(10_000)))
                .isTrue();
        assertThatThrownBy(() -> new Glob(alternatives + "a".repeat(65)))
                .isInstanceOf(PatternSyntaxException.class)
                .hasMessageContaining("4096 characters");
    }
}
