package dev.millrace.cli.spec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.cli.CliException;
import dev.millrace.schemas.spec.FoundUnit;
import java.util.List;
import org.junit.jupiter.api.Test;

class GtestDiscoveryTest {
    @Test
    void inSuiteWhoseNameHasATypeWithSpacesShouldFindItsTests() {
        List<FoundUnit> found = GtestDiscovery.parse(List.of(
                "Running main() from gtest_main.cc",
                "  seed = 42",
                "Plain.",
                "  adds",
                "Vec/unsigned int.  # TypeParam = unsigned int",
                "  grows",
                "Sizes/Box.",
                "  holds/0  # GetParam() = 1"));

        assertThat(found)
                .extracting(FoundUnit::name)
                .containsExactly("Plain.adds", "Vec/unsigned int.grows", "Sizes/Box.holds/0");
    }

    @Test
    void inTestOfNoSuiteShouldRefuseTheListInsteadOfLeavingItOut() {
        assertThatThrownBy(() -> GtestDiscovery.parse(List.of("A.", "  a", "and then", "  b")))
                .isInstanceOf(CliException.class)
                .hasMessageContaining("'b' of no suite");
    }
}
