package dev.millrace.embedded;

import dev.millrace.platform.files.PrivateFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The key pair of the embedded S3 server, made once per data directory and readable by its owner alone. */
public record S3Credentials(String accessKey, String secretKey) {

    static S3Credentials of(Path data) {
        Path file = data.resolve("s3-credentials");
        try {
            if (!Files.exists(file)) {
                PrivateFiles.write(file, "millrace\n" + Secrets.random() + "\n");
            }
            List<String> lines = Files.readAllLines(file);
            if (lines.size() < 2) {
                throw new EmbeddedServerException(
                        "the file " + file + " is damaged; remove it to make new credentials");
            }
            return new S3Credentials(lines.get(0), lines.get(1));
        } catch (IOException e) {
            throw new EmbeddedServerException("cannot read or write " + file + ": " + e.getMessage(), e);
        }
    }

    @Override
    public String toString() {
        return "S3Credentials[accessKey=" + accessKey + ", secretKey=***]";
    }
}
