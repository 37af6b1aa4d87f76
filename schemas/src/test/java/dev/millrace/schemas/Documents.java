package dev.millrace.schemas;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Compares generated documents with their files. Rewrites the files if the test runs with {@code -Dmillrace.update=true}. */
public final class Documents {
    private Documents() {}

    public static void assertUpToDate(Path file, String generated) throws IOException {
        if (Boolean.getBoolean("millrace.update")) {
            Files.createDirectories(file.toAbsolutePath().getParent());
            Files.writeString(file, generated);
        }
        assertThat(file)
                .as("%s; after a wanted change run this test with -Dmillrace.update=true", file)
                .exists();
        assertThat(Files.readString(file)).as("%s is what the code says", file).isEqualTo(generated);
    }
}
