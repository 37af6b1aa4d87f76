package dev.millrace.dist;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Merges the results of very many test cases in a process whose heap is too small to hold all of them as objects. */
class ManyCasesIT {
    private static final int CASES = 500_000;

    @Test
    void mergesMoreCasesThanFitIntoTheHeap(@TempDir Path directory) throws Exception {
        Path cases = directory.resolve("cases.jsonl");
        try (BufferedWriter lines = Files.newBufferedWriter(cases)) {
            for (int i = 0; i < CASES; i++) {
                lines.write("{\"unit\":\"u" + i % 2 + "\",\"case\":\"c" + i + "\"}\n");
            }
        }
        Path merged = directory.resolve("junit.xml");
        Path log = directory.resolve("log");

        Process merge = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx48m",
                        "-XX:+UseSerialGC",
                        "-cp",
                        System.getProperty("java.class.path"),
                        MergeMain.class.getName(),
                        cases.toString(),
                        merged.toString()))
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();

        assertThat(merge.waitFor(4, TimeUnit.MINUTES)).isTrue();
        assertThat(merge.exitValue()).as(Files.readString(log)).isZero();
        try (var lines = Files.lines(merged)) {
            assertThat(lines.filter(it -> it.startsWith("<testcase ")).count()).isEqualTo(CASES);
        }
    }
}
