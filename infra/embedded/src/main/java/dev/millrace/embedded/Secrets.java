package dev.millrace.embedded;

import dev.millrace.platform.config.Login;
import dev.millrace.platform.files.PrivateFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.HexFormat;

/**
 * The users of the embedded Kafka and Cassandra. Their passwords are made once per data directory and have 256 random bits each. Each
 * password has its own file, so that a service's {@code passwordFile} setting can name the file.
 *
 * @param kafka login that may do everything on the broker
 * @param consumer login for the broker that may read what it is granted
 * @param cassandra login that may do everything in Cassandra
 */
public record Secrets(Path directory, Login kafka, Login consumer, Login cassandra) {
    private static final String PLATFORM = "millrace";
    private static final String CONSUMER = "consumer";
    private static final int BYTES = 32;

    /** @throws EmbeddedServerException when a password can be neither read nor made */
    static Secrets of(Path data) {
        Path directory = data.resolve("secrets");
        try {
            PrivateFiles.directory(directory);
            return new Secrets(
                    directory,
                    new Login(PLATFORM, password(directory.resolve("kafka"))),
                    new Login(CONSUMER, password(directory.resolve("kafka-consumer"))),
                    new Login(PLATFORM, password(directory.resolve("cassandra"))));
        } catch (IOException e) {
            throw new EmbeddedServerException("cannot read or write " + directory + ": " + e.getMessage(), e);
        }
    }

    private static String password(Path file) throws IOException {
        if (!Files.exists(file)) {
            PrivateFiles.write(file, random() + "\n");
        }
        String password = Files.readString(file).strip();
        if (password.isEmpty()) {
            throw new IOException("the file " + file + " is empty");
        }
        return password;
    }

    static String random() {
        var bytes = new byte[BYTES];
        new SecureRandom().nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }
}
