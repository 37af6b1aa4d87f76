package dev.millrace.executor.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.platform.config.ConfigException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PrivatePathsTest {
    private static final int MOST = PrivatePaths.MAX_HIDDEN;

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path base;

    @SuppressWarnings("NullAway.Init")
    private Path shown;

    @BeforeEach
    void makeShown() throws IOException {
        shown = directory(base.resolve("shown"));
    }

    private static Path directory(Path path) throws IOException {
        Files.createDirectories(path);
        return Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private static Path file(Path path, String mode) throws IOException {
        Files.createFile(path);
        return Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(mode));
    }

    private static void secrets(Path directory, int count) throws IOException {
        directory(directory);
        for (int i = 0; i < count; i++) {
            file(directory.resolve("s" + i), "rw-------");
        }
    }

    private PrivatePaths.Found found() {
        return PrivatePaths.below(List.of(shown), it -> false);
    }

    @Test
    void inFewSecretsShouldHideEachByItself() throws Exception {
        Path key = file(shown.resolve("key"), "rw-r-----");
        file(shown.resolve("readme"), "rw-r--r--");
        Path closed = directory(shown.resolve("closed"));
        file(closed.resolve("within"), "rw-------");
        Files.setPosixFilePermissions(closed, PosixFilePermissions.fromString("rwx------"));
        Files.createSymbolicLink(shown.resolve("link"), key);

        assertThat(found().paths()).containsExactlyInAnyOrder(key, closed);
        assertThat(found().whole()).isEmpty();
    }

    @Test
    void inAsManyAsCanBeHiddenShouldHideEachAndOneMoreTheDirectory() throws Exception {
        Path crowded = shown.resolve("crowded");
        secrets(crowded, MOST);
        assertThat(found().paths()).hasSize(MOST);
        assertThat(found().whole()).isEmpty();

        file(crowded.resolve("one-more"), "rw-------");
        assertThat(found()).isEqualTo(new PrivatePaths.Found(List.of(crowded), List.of(crowded)));
    }

    @Test
    void inManySecretsShouldHideTheSmallestDirectoryThatIsEnough() throws Exception {
        Path few = shown.resolve("few");
        Path many = shown.resolve("many");
        secrets(few, 2);
        secrets(many, MOST + 50);

        assertThat(found().paths()).containsExactlyInAnyOrder(few.resolve("s0"), few.resolve("s1"), many);
        assertThat(found().whole()).containsExactly(many);
    }

    @Test
    void inSecretsInManyDirectoriesShouldHideSomeAndEndWithinTheLimit() throws Exception {
        for (int i = 0; i < 30; i++) {
            secrets(shown.resolve("d" + i), 10);
        }

        PrivatePaths.Found found = found();

        assertThat(found.paths()).hasSizeLessThanOrEqualTo(MOST).doesNotContain(shown);
        assertThat(IntStream.range(0, 30).boxed())
                .allSatisfy(i -> assertThat(IntStream.range(0, 10).boxed()).allSatisfy(j -> assertThat(found.paths())
                        .anyMatch(shown.resolve("d" + i).resolve("s" + j)::startsWith)));
    }

    @Test
    void inOneSecretInEachOfManyDirectoriesShouldHideWhatIsAroundThem() throws Exception {
        for (int i = 0; i <= MOST; i++) {
            secrets(shown.resolve("all").resolve("d" + i), 1);
        }

        assertThat(found().paths()).containsExactly(shown.resolve("all"));
    }

    @Test
    void inDirectoryThatTasksNeedShouldRefuseInsteadOfHidingIt() throws Exception {
        secrets(shown, MOST + 1);

        assertThat(found().whole()).containsExactly(shown);
        assertThatThrownBy(() -> PrivatePaths.below(List.of(shown), shown::equals))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("executor.sandboxPaths");
    }

    @Test
    void inMoreFilesThanCanBeLookedAtShouldHideWhatWasNotSeen() throws Exception {
        Path near = directory(shown.resolve("near"));
        Path key = file(near.resolve("key"), "rw-------");
        Path huge = directory(shown.resolve("z").resolve("huge"));
        for (int i = 0; i < 50; i++) {
            file(huge.resolve("f" + i), "rw-r--r--");
        }

        PrivatePaths.Found found = PrivatePaths.below(List.of(shown), it -> false, 20);

        assertThat(found.paths()).containsExactlyInAnyOrder(key, huge);
        assertThat(found.whole()).containsExactly(huge);
    }
}
