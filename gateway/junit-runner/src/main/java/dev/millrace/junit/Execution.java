package dev.millrace.junit;

import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/** Runs classes on the JUnit Platform. */
final class Execution {
    private Execution() {}

    /** Whether every case passed or was skipped. */
    static boolean run(List<String> classes, Path cases) throws IOException {
        Path directory = cases.getParent();
        if (directory != null) {
            Files.createDirectories(directory);
        }
        try (BufferedWriter out = Files.newBufferedWriter(cases)) {
            var writer = new CaseWriter(classes, out);
            LauncherFactory.create()
                    .execute(
                            LauncherDiscoveryRequestBuilder.request()
                                    .selectors(classes.stream()
                                            .map(name -> selectClass(name))
                                            .toList())
                                    .build(),
                            writer);
            return writer.passed();
        }
    }
}
