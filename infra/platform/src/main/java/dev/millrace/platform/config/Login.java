package dev.millrace.platform.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** A user's name and password for a server. The password never shows in {@link #toString}. */
public record Login(String user, String password) {

    /** @throws ConfigException when either is empty */
    public Login {
        if (user.isBlank() || password.isBlank()) {
            throw new ConfigException("a login needs a user and a password, and one of them is empty");
        }
    }

    /**
     * Reads {@code SECTION.user} and {@code SECTION.passwordFile}. The password itself is no setting: it would show in the
     * process list.
     *
     * @return empty when neither is set
     * @throws ConfigException when one is set without the other, or the file cannot be read
     */
    public static Optional<Login> from(Settings settings, String section) {
        String user = settings.text(section + ".user", "");
        String file = settings.text(section + ".passwordFile", "");
        if (user.isEmpty() && file.isEmpty()) {
            return Optional.empty();
        }
        if (user.isEmpty() || file.isEmpty()) {
            throw new ConfigException("'" + section + ".user' and '" + section
                    + ".passwordFile' go together, and one of them is missing");
        }
        try {
            String password = Files.readString(Path.of(file)).strip();
            if (password.isEmpty()) {
                throw new ConfigException("the file " + file + " of '" + section + ".passwordFile' is empty");
            }
            return Optional.of(new Login(user, password));
        } catch (IOException e) {
            throw new ConfigException(
                    "cannot read the file " + file + " of '" + section + ".passwordFile': " + e.getMessage());
        }
    }

    @Override
    public String toString() {
        return "Login[user=" + user + ", password=***]";
    }
}
