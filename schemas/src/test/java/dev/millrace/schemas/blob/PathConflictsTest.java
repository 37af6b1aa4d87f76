package dev.millrace.schemas.blob;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.millrace.schemas.blob.PathConflicts.Conflict;
import dev.millrace.schemas.blob.PathConflicts.Kind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PathConflictsTest {
    private static List<Conflict> conflicts(String... paths) {
        return PathConflicts.find(Arrays.asList(paths), Integer.MAX_VALUE);
    }

    @Test
    void findsEachKindOfConflict() {
        assertThat(conflicts("a", "a")).containsExactly(new Conflict("a", "a", Kind.SAME));
        assertThat(conflicts("read", "READ")).containsExactly(new Conflict("read", "READ", Kind.SAME_BUT_FOR_CASE));
        assertThat(conflicts("A/b", "a")).containsExactly(new Conflict("A/b", "a", Kind.FILE_AND_DIRECTORY));
    }

    @Test
    void findsADirectoryBehindNamesThatSortInBetween() {
        assertThat(conflicts("a", "a b", "a-b", "a.b", "a/b", "ab"))
                .extracting(Conflict::path, Conflict::other)
                .containsExactly(tuple("a/b", "a"));
    }

    @Test
    void leavesNoConflictWithoutWhatItNames() {
        for (int seed = 0; seed < 2_000; seed++) {
            List<String> paths = randomPaths(new Random(seed));
            List<Conflict> found = PathConflicts.find(paths, Integer.MAX_VALUE);
            var left = new ArrayList<>(paths);
            found.forEach(conflict -> left.remove(conflict.path()));

            assertThat(hasConflict(left)).as("seed %d: %s", seed, paths).isFalse();
            assertThat(found.isEmpty()).as("seed %d: %s", seed, paths).isEqualTo(!hasConflict(paths));
        }
    }

    @Test
    void countsEachDirectoryOnce() {
        for (int seed = 0; seed < 2_000; seed++) {
            List<String> paths = randomPaths(new Random(seed));
            Collections.sort(paths);
            var count = new DirectoryCount();
            paths.forEach(count::add);
            assertThat(count.total())
                    .as("seed %d: %s", seed, paths)
                    .isEqualTo(directories(paths).size());
        }
    }

    /** Returns random paths that are made of only a few names, so that they often conflict. */
    private static List<String> randomPaths(Random random) {
        String[] names = {"a", "A", "b", "a.b", "a b", "ab"};
        return new ArrayList<>(IntStream.range(0, 1 + random.nextInt(6))
                .mapToObj(path -> String.join(
                        "/",
                        IntStream.range(0, 1 + random.nextInt(3))
                                .mapToObj(part -> names[random.nextInt(names.length)])
                                .toList()))
                .toList());
    }

    /** Returns whether any two paths conflict. It follows the definition directly and need not be fast. */
    private static boolean hasConflict(List<String> paths) {
        List<String> folded =
                paths.stream().map(path -> path.toLowerCase(Locale.ROOT)).toList();
        Set<String> files = new HashSet<>(folded);
        return files.size() < folded.size() || directories(folded).stream().anyMatch(files::contains);
    }

    private static Set<String> directories(List<String> paths) {
        Set<String> directories = new HashSet<>();
        for (String path : paths) {
            for (int slash = path.indexOf('/'); slash >= 0; slash = path.indexOf('/', slash + 1)) {
                directories.add(path.substring(0, slash));
            }
        }
        return directories;
    }
}
