package dev.millrace.gateway.junit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ResultSpoolTest {
    private static final ResultSpool.Limits LIMITS = new ResultSpool.Limits(10, 0);

    private final Path parent;

    ResultSpoolTest(@TempDir Path directory) {
        this.parent = directory.resolve("spool");
    }

    private List<Path> directories() throws IOException {
        try (var all = Files.list(parent)) {
            return all.filter(Files::isDirectory).toList();
        }
    }

    private static void use(ResultSpool spool, String results) throws IOException {
        spool.<IOException>with(
                new ByteArrayInputStream(results.getBytes(StandardCharsets.UTF_8)),
                file -> assertThat(file).hasContent(results));
    }

    /** In a container every gateway has the same process ID, so the ID in the name of a directory does not show that its owner is alive. */
    @Test
    void inWhatOneOfTheSameNumberLeftShouldRemoveIt() throws Exception {
        Path left = Files.createDirectories(
                parent.resolve(Long.toString(ProcessHandle.current().pid())));
        Files.writeString(left.resolve("results1.jsonl"), "left");

        try (var spool = ResultSpool.open(parent, LIMITS)) {
            assertThat(left).doesNotExist();
            use(spool, "new");
        }
    }

    @Test
    void inOneThatIsInUseShouldLeaveItAlone() throws Exception {
        try (var first = ResultSpool.open(parent, LIMITS);
                var second = ResultSpool.open(parent, LIMITS)) {
            assertThat(directories()).hasSize(2);
            use(first, "first");
            use(second, "second");
        }
        assertThat(directories()).isEmpty();
    }

    @Test
    void inResultsUpToTheLimitShouldTakeThemAndRefuseAByteMore() throws Exception {
        try (var spool = ResultSpool.open(parent, LIMITS)) {
            use(spool, "0123456789");

            assertThatThrownBy(() -> use(spool, "0123456789a")).hasMessageContaining("gateway.maxCaseBytes");
        }
    }

    @Test
    void inDiskThatIsNearlyFullShouldRefuseAndLeaveNothing() throws Exception {
        try (var spool = ResultSpool.open(parent, new ResultSpool.Limits(10, Long.MAX_VALUE))) {
            assertThatThrownBy(() -> use(spool, "new")).hasMessageContaining("gateway.minFreeBytes");

            assertThat(directories()).singleElement().satisfies(it -> assertThat(it)
                    .isDirectoryNotContaining("glob:**.jsonl"));
        }
    }
}
