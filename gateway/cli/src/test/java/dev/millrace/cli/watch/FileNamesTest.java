package dev.millrace.cli.watch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class FileNamesTest {
    private static final String CHARACTERS = "abAB/:._-~ä\n ";

    private static FileNames names(String... ids) {
        return new FileNames(List.of(ids), Set.of("junit.xml"));
    }

    @Test
    void inIdsThatFitShouldKeepThem() {
        assertThat(names("smoke", "StringUtilsTest-1").of("smoke")).isEqualTo("smoke");
        assertThat(names("smoke", "StringUtilsTest-1").of("StringUtilsTest-1")).isEqualTo("StringUtilsTest-1");
    }

    @Test
    void inIdThatIsAloneWithItsNameShouldBeReadable() {
        assertThat(names("a/b", "c").of("a/b")).isEqualTo("a_b");
    }

    @Test
    void inIdsThatWouldShareANameShouldTellThemApart() {
        FileNames names = names("a/b", "a:b", "a_b");

        assertThat(Set.of(names.of("a/b"), names.of("a:b"), names.of("a_b")))
                .hasSize(3)
                .allMatch(name -> name.matches("a_b~[0-9a-f]{16}"));
    }

    @Test
    void inCapitalsOnlyShouldTellThemApartForFileSystemsThatDoNot() {
        FileNames names = names("Smoke", "smoke");

        assertThat(names.of("Smoke")).isNotEqualToIgnoringCase(names.of("smoke"));
    }

    @Test
    void inNamesOfTheDirectoryAndOfOtherFilesShouldStepAside() {
        assertThat(names("..").of("..")).isEqualTo("_..");
        assertThat(names(".hidden").of(".hidden")).isEqualTo("_.hidden");
        assertThat(names("junit.xml").of("junit.xml")).startsWith("junit.xml~");
    }

    @Test
    void inLongIdsShouldBeBounded() {
        String one = "x".repeat(5_000);
        FileNames names = names(one, one + "y");

        assertThat(names.of(one)).hasSize(FileNames.MOST).isNotEqualTo(names.of(one + "y"));
    }

    @Test
    void inUnknownIdShouldRefuse() {
        assertThatThrownBy(() -> names("a").of("b")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void inWhateverIdsShouldBeDifferentShortAndPlain() {
        var random = new Random(16);
        for (int round = 0; round < 300; round++) {
            var ids = new HashSet<String>();
            for (int i = 0; i < 60; i++) {
                var id = new StringBuilder();
                int length = 1 + random.nextInt(random.nextInt(10) == 0 ? 200 : 4);
                for (int c = 0; c < length; c++) {
                    id.append(CHARACTERS.charAt(random.nextInt(CHARACTERS.length())));
                }
                ids.add(id.toString());
            }
            var names = new FileNames(ids, Set.of("a"));

            var found = new HashSet<>(Set.of("a"));
            for (String id : ids) {
                String name = names.of(id);
                assertThat(name).hasSizeLessThanOrEqualTo(FileNames.MOST).matches("[A-Za-z0-9_-][A-Za-z0-9._~-]*");
                assertThat(found.add(name.toLowerCase(Locale.ROOT)))
                        .as("'%s' of '%s' is new", name, id)
                        .isTrue();
            }
        }
    }
}
