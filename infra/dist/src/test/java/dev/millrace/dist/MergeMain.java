package dev.millrace.dist;

import dev.millrace.gateway.junit.JUnitXml;
import dev.millrace.schemas.event.CaseCounts;
import java.io.BufferedOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** Merges one file of results into a JUnit XML file. Runs in a separate JVM whose heap is too small to hold all results. */
final class MergeMain {
    private MergeMain() {}

    public static void main(String[] args) throws Exception {
        try (var out = new BufferedOutputStream(Files.newOutputStream(Path.of(args[1])))) {
            var xml = new JUnitXml(out);
            xml.begin("job", CaseCounts.NONE, 0);
            xml.cases("task", Path.of(args[0]));
            xml.end();
        }
    }
}
