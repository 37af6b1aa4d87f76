package dev.millrace.cli.spec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.cli.CliException;
import dev.millrace.schemas.spec.InputMapping;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocalInputsTest {
    @TempDir
    private Path directory = Path.of(".");

    private LocalInputs collect(String from) {
        return LocalInputs.collect(directory, List.of(new InputMapping(from, "lib")));
    }

    @Test
    void inLinkedDirectoryShouldTakeTheFilesBehindTheLink() throws Exception {
        Files.writeString(
                Files.createDirectories(directory.resolve("build-42/deep")).resolve("a.jar"), "a");
        Files.createSymbolicLink(directory.resolve("current"), Path.of("build-42"));

        assertThat(collect("current").files().keySet()).containsExactly("lib/deep/a.jar");
    }

    @Test
    void inLinkThatLeadsBackShouldSayWhichOne() throws Exception {
        Path inner = Files.createDirectories(directory.resolve("tree/inner"));
        Files.createSymbolicLink(inner.resolve("back"), directory.resolve("tree"));

        assertThatThrownBy(() -> collect("tree"))
                .isInstanceOf(CliException.class)
                .hasMessageContaining("inner/back leads back");
    }
}
