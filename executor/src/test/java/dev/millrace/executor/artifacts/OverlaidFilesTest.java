package dev.millrace.executor.artifacts;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.executor.files.Workspace;
import dev.millrace.executor.process.TaskProcess;
import dev.millrace.executor.process.Watchdog;
import dev.millrace.executor.sandbox.Boxes;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Uses a real overlay. The files that are found after it was unmounted must be those that the task saw at its end. */
class OverlaidFilesTest {
    @Test
    void inEndedTaskShouldShowWhatItSaw(@TempDir Path directory) throws Exception {
        Path lower = directory.resolve("lower");
        for (String name : List.of("kept", "changed", "deleted", "d/kept", "d/deleted", "gone/x", "anew/old", "f/x")) {
            Path file = lower.resolve(name);
            Files.createDirectories(file.getParent());
            Files.writeString(file, name);
        }
        var workspace = Boxes.workspace(directory.resolve("attempt"))
                .with(new Workspace.Overlay(
                        lower,
                        Files.createDirectory(directory.resolve("upper")),
                        Files.createDirectory(directory.resolve("scratch"))));
        String script =
                "echo changed >changed; rm deleted d/deleted; rm -r gone; rm -r anew; mkdir anew; touch anew/new"
                        + "; rm -r f; echo file >f; mkdir -p p/q; touch p/q/r; ln -s kept link"
                        + "; find . ! -type d | cut -c3- | sort";
        String seen;
        try (var watchdog = Watchdog.start(60_000)) {
            TaskProcess process = Boxes.start(
                    Boxes.find(directory, "namespaces"), workspace, watchdog, 1, List.of("sh", "-c", script));
            seen = new String(process.stdout().readAllBytes(), StandardCharsets.UTF_8);
            process.waitFor(java.util.concurrent.TimeUnit.SECONDS.toNanos(50));
        }

        Map<String, Path> found = new TreeMap<>();
        new OverlaidFiles(lower, directory.resolve("upper")).visit(new WorkFiles.Visitor() {
            @Override
            public void file(String name, Path file, BasicFileAttributes attributes) {
                found.put(name, file);
            }

            @Override
            public void unreadable(String name) {
                throw new AssertionError(name);
            }

            @Override
            public boolean wantsMore() {
                return true;
            }
        });

        assertThat(seen.lines()).containsExactlyElementsOf(found.keySet());
        assertThat(found.get("changed")).hasContent("changed");
        assertThat(found.get("kept")).hasContent("kept").startsWith(lower);
    }
}
