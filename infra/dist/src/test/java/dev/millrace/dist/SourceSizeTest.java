package dev.millrace.dist;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.SourcePositions;
import com.sun.source.util.TreeScanner;
import com.sun.source.util.Trees;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;

/** Checks that files, methods and packages of the main sources stay within size limits, so that they are easy to read. */
class SourceSizeTest {
    private static final int LINES_OF_FILE = 400;
    private static final int LINES_OF_METHOD = 70;
    private static final int FILES_OF_PACKAGE = 25;

    /** Packages that may have more files than {@code FILES_OF_PACKAGE}, each with the reason. The number is the limit of the package. */
    private static final Map<String, Integer> LARGER = Map.of(
            // The package is the catalogue of events and has one record for each of them.
            "dev/millrace/schemas/event", 100);

    @Test
    void inMainSourcesShouldBeNoLongFile() throws IOException {
        var tooLong = new ArrayList<String>();
        for (Path file : sources()) {
            long lines;
            try (Stream<String> read = Files.lines(file)) {
                lines = read.count();
            }
            if (lines > LINES_OF_FILE) {
                tooLong.add(SharedStack.ROOT.relativize(file) + ": " + lines + " lines");
            }
        }

        assertThat(tooLong).isEmpty();
    }

    @Test
    void inMainSourcesShouldBeNoLongMethod() throws IOException {
        var tooLong = new ArrayList<String>();
        var compiler = ToolProvider.getSystemJavaCompiler();
        try (var files = compiler.getStandardFileManager(null, Locale.ROOT, StandardCharsets.UTF_8)) {
            var task = (JavacTask) compiler.getTask(
                    null, files, null, List.of("-proc:none"), null, files.getJavaFileObjectsFromPaths(sources()));
            SourcePositions positions = Trees.instance(task).getSourcePositions();
            for (CompilationUnitTree unit : task.parse()) {
                new TreeScanner<Void, Void>() {
                    @Override
                    public Void visitMethod(MethodTree method, Void none) {
                        long lines = line(unit, positions.getEndPosition(unit, method))
                                - line(unit, positions.getStartPosition(unit, method))
                                + 1;
                        if (lines > LINES_OF_METHOD) {
                            tooLong.add(
                                    unit.getSourceFile().getName() + ", " + method.getName() + ": " + lines + " lines");
                        }
                        return super.visitMethod(method, null);
                    }
                }.scan(unit, null);
            }
        }

        assertThat(tooLong).isEmpty();
    }

    @Test
    void inPackagesShouldBeFewFiles() throws IOException {
        Map<Path, Long> files = sources().stream()
                .filter(it -> !it.endsWith("package-info.java"))
                .collect(Collectors.groupingBy(Path::getParent, Collectors.counting()));

        assertThat(files).allSatisfy((directory, count) -> assertThat(count)
                .as(SharedStack.ROOT.relativize(directory).toString())
                .isLessThanOrEqualTo(limit(directory)));
    }

    private static int limit(Path directory) {
        return LARGER.entrySet().stream()
                .filter(it -> directory.endsWith(it.getKey()))
                .map(Map.Entry::getValue)
                .findFirst()
                .orElse(FILES_OF_PACKAGE);
    }

    private static long line(CompilationUnitTree unit, long position) {
        return unit.getLineMap().getLineNumber(position);
    }

    private static List<Path> sources() throws IOException {
        try (Stream<Path> files = Files.walk(SharedStack.ROOT)) {
            return files.filter(it -> it.toString().endsWith(".java"))
                    .filter(it -> SharedStack.ROOT.relativize(it).toString().contains("src/main/java/dev/millrace/"))
                    .filter(it -> !SharedStack.ROOT.relativize(it).toString().contains("target/"))
                    .toList();
        }
    }
}
