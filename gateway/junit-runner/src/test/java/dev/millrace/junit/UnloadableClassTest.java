package dev.millrace.junit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UnloadableClassTest {
    @Test
    void inTestClassThatCannotBeLoadedShouldFailInsteadOfLeavingItOut(@TempDir Path directory) throws IOException {
        Path root = Files.createDirectories(directory.resolve("classes/a"));
        Files.write(root.resolve("BrokenTest.class"), new byte[] {1, 2, 3});
        Path out = directory.resolve("out");

        assertThatThrownBy(() -> Discovery.write(List.of(root.getParent()), ".*Test", out))
                .hasMessageStartingWith("the test class a.BrokenTest cannot be loaded: ");

        Discovery.write(List.of(root.getParent()), ".*IT", out);
        assertThat(out).as("of what is not asked for nobody needs to know").isEmptyFile();
    }
}
