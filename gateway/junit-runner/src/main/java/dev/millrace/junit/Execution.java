package dev.millrace.junit;

import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectUniqueId;

import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.platform.engine.DiscoverySelector;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/** Runs classes on the JUnit Platform. */
final class Execution {
    private Execution() {}

    /**
     * Runs the classes. Returns whether every case passed or was skipped.
     *
     * @param retry file that lists the cases to run; classes that are not in it run completely; empty for all cases of all classes
     */
    static boolean run(List<String> classes, Path cases, Optional<Path> retry) throws IOException {
        Path directory = cases.getParent();
        if (directory != null) {
            Files.createDirectories(directory);
        }
        try (BufferedWriter out = Files.newBufferedWriter(cases)) {
            var writer = new CaseWriter(classes, out);
            Map<String, List<String>> chosen = retry.isEmpty() ? Map.of() : read(retry.get());
            LauncherFactory.create()
                    .execute(
                            LauncherDiscoveryRequestBuilder.request()
                                    .selectors(classes.stream()
                                            .flatMap(name -> selectors(name, chosen.getOrDefault(name, List.of())))
                                            .toList())
                                    .build(),
                            writer);
            return writer.passed();
        }
    }

    private static Stream<DiscoverySelector> selectors(String name, List<String> ids) {
        return ids.isEmpty()
                ? Stream.of(selectClass(name))
                : ids.stream().distinct().map(id -> selectUniqueId(id));
    }

    /** Reads the cases to run by class. Each line of the file has a class name, a tab and the unique id of a case. */
    private static Map<String, List<String>> read(Path retry) throws IOException {
        Map<String, List<String>> chosen = new HashMap<>();
        for (String line : Files.readAllLines(retry)) {
            int tab = line.indexOf('\t');
            chosen.computeIfAbsent(line.substring(0, tab), it -> new ArrayList<>())
                    .add(line.substring(tab + 1));
        }
        return chosen;
    }
}
