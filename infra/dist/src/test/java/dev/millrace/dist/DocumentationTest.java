package dev.millrace.dist;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Checks that documents refer only to files and classes that exist. */
class DocumentationTest {
    private static final Pattern LINK = Pattern.compile("\\]\\(([^)#:]+)(?:#[^)]*)?\\)");

    /** A class name in a text: it has at least two capital letters and at least one small letter. */
    private static final Pattern CLASS = Pattern.compile("`([A-Z][a-z]+(?:[A-Z][a-z]*)+)(?:\\.[a-z]\\w*)?`");

    @Test
    void inDocumentsShouldEveryLinkLeadToAFile() throws IOException {
        var broken = new ArrayList<String>();
        for (Path document : files(it -> it.endsWith(".md"))) {
            for (String link : found(LINK, document)) {
                if (!Files.exists(document.resolveSibling(link))) {
                    broken.add(SharedStack.ROOT.relativize(document) + ": " + link);
                }
            }
        }

        assertThat(broken).isEmpty();
    }

    @Test
    void inTheTourShouldEveryClassExist() throws IOException {
        Set<String> classes = files(it -> it.endsWith(".java")).stream()
                .map(it -> it.getFileName().toString().replace(".java", ""))
                .collect(Collectors.toSet());

        assertThat(found(CLASS, SharedStack.ROOT.resolve("docs/tour.md")))
                .isNotEmpty()
                .isSubsetOf(classes);
    }

    private static List<String> found(Pattern pattern, Path file) throws IOException {
        return pattern.matcher(Files.readString(file))
                .results()
                .map((MatchResult it) -> it.group(1))
                .toList();
    }

    private static List<Path> files(Predicate<String> chosen) throws IOException {
        try (Stream<Path> files = Files.walk(SharedStack.ROOT)) {
            return files.filter(it -> chosen.test(it.toString()))
                    .filter(it -> Stream.of("target/", "node_modules/", ".git/")
                            .noneMatch(SharedStack.ROOT.relativize(it).toString()::contains))
                    .filter(Files::isRegularFile)
                    .toList();
        }
    }
}
