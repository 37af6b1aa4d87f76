package dev.millrace.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClassArchiveTest {
    /** A program that waits until its standard input ends. */
    public static final class Program {
        public static void main(String[] args) throws IOException {
            System.in.read();
        }
    }

    private static final int PARTS_OF_CLASS_PATH = 200;

    private final Path directory;
    private final Path jar;
    private final Path loaded;
    private @Nullable Process running;

    ClassArchiveTest(@TempDir Path directory) throws IOException {
        this.directory = directory;
        this.jar = directory.resolve("program.jar");
        this.loaded = directory.resolve("loaded");
        String entry = Program.class.getName().replace('.', '/') + ".class";
        try (InputStream bytes = Objects.requireNonNull(Program.class.getResourceAsStream("/" + entry));
                var out = new JarOutputStream(Files.newOutputStream(jar))) {
            out.putNextEntry(new JarEntry(entry));
            bytes.transferTo(out);
        }
    }

    @AfterEach
    void stop() {
        if (running != null) {
            running.destroyForcibly();
        }
    }

    private ClassArchive archive() {
        return new ClassArchive(directory.resolve("program.jsa"), classPath());
    }

    /** Returns a class path that is longer than a page of memory, as real class paths are. */
    private String classPath() {
        return String.join(":", Collections.nCopies(PARTS_OF_CLASS_PATH, jar.toString()));
    }

    private Process start(List<String> options) throws Exception {
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(options);
        command.addAll(List.of("-Xlog:class+load:file=" + loaded, "-cp", classPath(), Program.class.getName()));
        Process program = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("out").toFile())
                .start();
        running = program;
        await().atMost(60, TimeUnit.SECONDS)
                .until(() -> Files.exists(loaded) && ownClass().contains("Program"));
        return program;
    }

    private String ownClass() throws IOException {
        return Files.readAllLines(loaded).stream()
                .filter(line -> line.contains(Program.class.getName()))
                .findFirst()
                .orElse("");
    }

    @Test
    void inProgramThatRanBeforeShouldTakeItsClassesFromTheArchive() throws Exception {
        assertThat(archive().options()).isEmpty();
        Process program = start(List.of());
        assertThat(ownClass()).doesNotContain("shared objects file");

        archive().make(program.toHandle());

        assertThat(archive().isCurrent()).isTrue();
        assertThat(directory).isDirectoryNotContaining("glob:**java_pid*");
        program.destroyForcibly().waitFor();
        Files.delete(loaded);
        start(archive().options());
        assertThat(ownClass()).contains("shared objects file");
        assertThat(directory).isDirectoryNotContaining("glob:**.classlist");
    }

    @Test
    void inOtherClassesThanThoseOfTheArchiveShouldStartWithoutIt() throws Exception {
        Process program = start(List.of());
        archive().make(program.toHandle());

        Files.setLastModifiedTime(jar, FileTime.from(Instant.now().plusSeconds(5)));

        assertThat(archive().isCurrent()).isFalse();
        assertThat(archive().options()).isEmpty();
    }

    @Test
    void inInterruptShouldGiveUpAndLeaveNothing() throws Exception {
        Process program = start(List.of());
        var making = new Thread(() -> archive().make(program.toHandle()));
        making.start();

        making.interrupt();
        making.join(TimeUnit.SECONDS.toMillis(30));

        assertThat(making.isAlive()).isFalse();
        assertThat(archive().isCurrent()).isFalse();
        assertThat(program.toHandle().children()).isEmpty();
    }

    @Test
    void inClassesOfADirectoryShouldNotFail() throws Exception {
        Process program = start(List.of());
        var archive = new ClassArchive(directory.resolve("other.jsa"), directory.toString());

        archive.make(program.toHandle());

        assertThat(archive.isCurrent()).isFalse();
    }
}
