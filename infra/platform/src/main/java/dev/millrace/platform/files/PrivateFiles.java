package dev.millrace.platform.files;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/**
 * Directories of mode 0700 and files of mode 0600. Each is created with its mode, so there is no moment at which others can
 * open it, whatever the umask of the process. Thread-safe.
 */
public final class PrivateFiles {
    private static final Set<PosixFilePermission> DIRECTORY = PosixFilePermissions.fromString("rwx------");
    private static final Set<PosixFilePermission> FILE = PosixFilePermissions.fromString("rw-------");

    private PrivateFiles() {}

    /**
     * Creates a directory and the missing directories above it, all of them private. A directory that exists already becomes private;
     * existing directories above it stay as they are.
     *
     * @throws IOException when it cannot be created, or belongs to somebody else
     */
    public static Path directory(Path path) throws IOException {
        Path absolute = path.toAbsolutePath().normalize();
        Files.createDirectories(absolute, attribute(DIRECTORY));
        if (!Files.getPosixFilePermissions(absolute).equals(DIRECTORY)) {
            Files.setPosixFilePermissions(absolute, DIRECTORY);
        }
        return absolute;
    }

    /**
     * Puts {@code text} into a file. Readers see the old content or the new one, never a part, and a file of another mode is
     * replaced by a private one.
     */
    public static Path write(Path file, String text) throws IOException {
        Path absolute = file.toAbsolutePath();
        Path parent = absolute.getParent();
        if (parent == null) {
            throw new IOException("no directory for " + file);
        }
        Path partial = Files.createTempFile(parent, "." + absolute.getFileName(), ".part", attribute(FILE));
        try {
            Files.writeString(partial, text, StandardCharsets.UTF_8);
            Files.move(partial, absolute, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(partial);
        }
        return absolute;
    }

    /** Makes sure that a file exists and is private, and keeps its content. For files to which other programs append. */
    public static Path touch(Path file) throws IOException {
        try {
            Files.createFile(file, attribute(FILE));
        } catch (FileAlreadyExistsException e) {
            Files.setPosixFilePermissions(file, FILE);
        }
        return file;
    }

    private static FileAttribute<Set<PosixFilePermission>> attribute(Set<PosixFilePermission> permissions) {
        return PosixFilePermissions.asFileAttribute(permissions);
    }
}
