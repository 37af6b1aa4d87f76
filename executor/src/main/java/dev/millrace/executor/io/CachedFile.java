package dev.millrace.executor.io;

import dev.millrace.schemas.blob.Digest;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A blob on disk, or the copy of it that can be executed, as the cache looks at it to decide what goes.
 *
 * @param linked whether a shared tree has it too, so that removing it here frees nothing
 */
record CachedFile(Path file, Digest digest, long size, long usedAtMs, boolean linked) {
    /** How the copies that can be executed end. */
    static final String EXECUTABLE_SUFFIX = ".x";

    /** Lists the cached files, while others may come and go. */
    static List<CachedFile> below(Path directory, CacheUses uses) throws IOException {
        return paths(directory).stream()
                .flatMap(path -> of(path, uses).stream())
                .toList();
    }

    /** Everything in the directories of {@code directory}, unfinished downloads included. */
    static List<Path> paths(Path directory) throws IOException {
        var files = new ArrayList<Path>();
        try (DirectoryStream<Path> shards = Files.newDirectoryStream(directory, Files::isDirectory)) {
            for (Path shard : shards) {
                try (DirectoryStream<Path> entries = Files.newDirectoryStream(shard)) {
                    entries.forEach(files::add);
                }
            }
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
        return files;
    }

    /** Nothing if it is gone, or no blob. */
    private static Optional<CachedFile> of(Path path, CacheUses uses) {
        try {
            var attributes = Files.readAttributes(path, BasicFileAttributes.class);
            String name = path.getFileName().toString();
            String digest = name.endsWith(EXECUTABLE_SUFFIX)
                    ? name.substring(0, name.length() - EXECUTABLE_SUFFIX.length())
                    : name;
            if (!attributes.isRegularFile() || !Digest.isDigest(digest)) {
                return Optional.empty();
            }
            boolean linked = Files.getAttribute(path, "unix:nlink") instanceof Integer links && links > 1;
            var blob = new Digest(digest);
            long usedAtMs = uses.lastUse(blob, attributes.lastModifiedTime().toMillis());
            return Optional.of(new CachedFile(path, blob, attributes.size(), usedAtMs, linked));
        } catch (IOException e) {
            return Optional.empty();
        }
    }
}
