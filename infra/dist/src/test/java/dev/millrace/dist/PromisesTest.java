package dev.millrace.dist;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.schemas.Documents;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Checks that each promise has tests that carry its number as a tag, and that {@code docs/promises.md} lists these tests. */
class PromisesTest {
    private static final Path PAGE = SharedStack.ROOT.resolve("docs/promises.md");

    private static final Pattern TAGGED = Pattern.compile(
            "((?:[ \\t]*@Tag\\(\"P[0-9]+\"\\)\\n)+)(?:[ \\t]*@[^\\n]*\\n)*[ \\t]*(?:public |final )*(class|void) (\\w+)");

    private static final Pattern TAG = Pattern.compile("\"(P[0-9]+)\"");

    private static final Map<String, String> PROMISES = new LinkedHashMap<>();

    static {
        PROMISES.put("P1", "A 202 means that the job is on the log, on all in-sync replicas.");
        PROMISES.put(
                "P2",
                "Every accepted task gets exactly one verdict a run, also after a cancel, and also when nobody can run it.");
        PROMISES.put("P3", "A task may be attempted several times; only an attempt whose epoch is live can decide it.");
        PROMISES.put(
                "P4",
                "Every log and artifact that the log of events refers to is there until it expires, with the right hash.");
        PROMISES.put(
                "P5",
                "Once the scheduler has decided to cancel a job, it sends out no more of its tests. What was sent out before is killed"
                        + " within 5 seconds and decides nothing. The tear-downs of its open scopes still run.");
        PROMISES.put("P6", "Memory, disk and queues are bounded everywhere.");
        PROMISES.put("P7", "When faults heal, all work finishes.");
        PROMISES.put("P8", "Every decision can be explained from the log, as long as the log is kept.");
        PROMISES.put(
                "P10", "What is stored is verified whenever it is read: a wrong byte is an error, never an answer.");
    }

    @Test
    void inEachPromiseShouldBeATestAndThePageShouldListThem() throws IOException {
        Map<String, List<String>> tests = tests();

        assertThat(tests.keySet()).containsExactlyInAnyOrderElementsOf(PROMISES.keySet());
        var page = new StringBuilder(
                """
                # Promises

                What Millrace promises, and the tests that would fail if a promise were broken. Written by `PromisesTest`
                (`-Dmillrace.update=true`): a test carries the number of its promise as a tag. The number P9 is reserved for a
                promise that is not made yet: one result for each test case.
                """);
        PROMISES.forEach((number, promise) -> {
            page.append("\n## ").append(number).append("\n\n").append(promise).append("\n\n");
            tests.getOrDefault(number, List.of())
                    .forEach(test -> page.append("- ").append(test).append('\n'));
        });
        Documents.assertUpToDate(PAGE, page.toString());
    }

    private static Map<String, List<String>> tests() throws IOException {
        var tests = new TreeMap<String, List<String>>();
        try (Stream<Path> files = Files.walk(SharedStack.ROOT)) {
            for (Path file : files.filter(it -> it.toString().matches(".*/src/test/.*(Test|IT)\\.java"))
                    .sorted()
                    .toList()) {
                Matcher tagged = TAGGED.matcher(Files.readString(file));
                while (tagged.find()) {
                    String test = link(file, tagged.group(2).equals("class") ? "" : "." + tagged.group(3));
                    TAG.matcher(tagged.group(1)).results().forEach(tag -> tests.computeIfAbsent(
                                    tag.group(1), it -> new ArrayList<>())
                            .add(test));
                }
            }
        }
        return tests;
    }

    private static String link(Path file, String method) {
        String name = file.getFileName().toString().replace(".java", "");
        return "[" + name + method + "](../" + SharedStack.ROOT.relativize(file) + ")";
    }
}
