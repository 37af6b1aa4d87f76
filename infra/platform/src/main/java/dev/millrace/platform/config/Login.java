package dev.millrace.platform.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** A user's name and password for a server. The password never shows in {@link #toString}. */
public record Login(String user, String password) {

    /** @throws ConfigException when the user or the password is empty */
    public Login {
        if (user.isBlank() || password.isBlank()) {
            throw new ConfigException("a login needs a user and a password, and one of them is empty");
        }
    }

    /**
     * The settings of a login. The password itself is not a setting, because it would then be visible in the process list.
     *
     * @param user setting for the name of the user
     * @param passwordFile setting for the path of the file that contains the password
     */
    public record Keys(Setting<String> user, Setting<String> passwordFile) {
        /** Declares {@code SECTION.user} and {@code SECTION.passwordFile}. */
        public static Keys in(SettingsSection section, String how) {
            return new Keys(
                    section.text("user", "", "a name", "User of the login" + how + ". Goes with `passwordFile`."),
                    section.text("passwordFile", "", "a file", "File that holds the password of `user`."));
        }

        /**
         * Returns the login.
         *
         * @return the login; empty when neither setting has a value
         * @throws ConfigException when only one of the two settings has a value, or when the file is empty or cannot be read
         */
        public Optional<Login> from(Settings settings) {
            return Login.from(user, passwordFile, settings);
        }
    }

    private static Optional<Login> from(Setting<String> userKey, Setting<String> fileKey, Settings settings) {
        String user = userKey.from(settings);
        String file = fileKey.from(settings);
        if (user.isEmpty() && file.isEmpty()) {
            return Optional.empty();
        }
        if (user.isEmpty() || file.isEmpty()) {
            throw new ConfigException(
                    "'" + userKey + "' and '" + fileKey + "' go together, and one of them is missing");
        }
        try {
            String password = Files.readString(Path.of(file)).strip();
            if (password.isEmpty()) {
                throw new ConfigException("the file " + file + " of '" + fileKey + "' is empty");
            }
            return Optional.of(new Login(user, password));
        } catch (IOException e) {
            throw new ConfigException("cannot read the file " + file + " of '" + fileKey + "': " + e.getMessage());
        }
    }

    @Override
    public String toString() {
        return "Login[user=" + user + ", password=***]";
    }
}
