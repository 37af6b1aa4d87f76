package dev.millrace.executor.inputs;

import dev.millrace.schemas.blob.Digest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Remembers when each cached file was last used. The times of the files themselves cannot record this: running tasks see the files through
 * hard links, so their times must not change. Thread-safe.
 */
final class CacheUses {
    private static final Logger LOG = LoggerFactory.getLogger(CacheUses.class);

    private final Path file;
    private final Map<Digest, Long> usedAtMs = new ConcurrentHashMap<>();

    /** Reads what an earlier incarnation has saved. A file without an entry counts as last used when it was fetched. */
    CacheUses(Path file) {
        this.file = file;
        try {
            if (Files.exists(file)) {
                Files.readAllLines(file, StandardCharsets.UTF_8).forEach(this::take);
            }
        } catch (IOException | RuntimeException e) {
            LOG.atWarn().addKeyValue("cause", e).log("the last uses of cached inputs cannot be read");
        }
    }

    private void take(String line) {
        String[] parts = line.split(" ", -1);
        if (parts.length == 2 && Digest.isDigest(parts[0]) && parts[1].matches("\\d{1,18}")) {
            usedAtMs.put(new Digest(parts[0]), Long.parseLong(parts[1]));
        }
    }

    void used(Digest digest, long atMs) {
        usedAtMs.put(digest, atMs);
    }

    long lastUse(Digest digest, long otherwise) {
        return usedAtMs.getOrDefault(digest, otherwise);
    }

    /** Saves the entries of files that are {@code present} for the next incarnation, and removes the others. */
    void save(Predicate<Digest> present) throws IOException {
        usedAtMs.keySet().removeIf(digest -> !present.test(digest));
        Path partial = file.resolveSibling(file.getFileName() + ".new");
        Files.write(
                partial,
                usedAtMs.entrySet().stream()
                        .map(it -> it.getKey().hex() + " " + it.getValue())
                        .toList(),
                StandardCharsets.UTF_8);
        Files.move(partial, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
}
