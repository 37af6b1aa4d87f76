package dev.millrace.cli.spec;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ComplaintTest {
    @Test
    void inLongStackTraceShouldBeginWithItsFirstLineAndItsLastCause() {
        String frames = IntStream.range(0, 300)
                .mapToObj(i -> "\tat org.example.Frame.call(Frame.java:" + i + ")\n")
                .collect(Collectors.joining());
        String said = "Exception in thread \"main\" java.lang.IllegalStateException: cannot scan\n" + frames
                + "Caused by: java.io.IOException: middle\n" + frames
                + "Caused by: java.util.zip.ZipException: zip END header not found\n" + frames;

        assertThat(Complaint.of(said).lines())
                .startsWith(
                        "Exception in thread \"main\" java.lang.IllegalStateException: cannot scan",
                        "Caused by: java.util.zip.ZipException: zip END header not found",
                        "It said:")
                .hasSizeLessThan(50)
                .anyMatch(line -> line.endsWith(" lines more …"));
    }

    @Test
    void inOneLineShouldSayItOnce() {
        assertThat(Complaint.of("error: no such directory\n")).isEqualTo("error: no such directory");
    }

    @Test
    void inSilenceShouldSaySo() {
        assertThat(Complaint.of("\n \n")).isEqualTo("the program said nothing");
    }

    @Test
    void inEndlessLineShouldCutIt() {
        assertThat(Complaint.of("x".repeat(100_000))).hasSizeLessThan(600);
    }
}
