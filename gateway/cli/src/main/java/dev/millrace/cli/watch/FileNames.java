package dev.millrace.cli.watch;

import dev.millrace.schemas.blob.Digest;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Names of files for ids that hold whatever characters: one for each id, readable, of at most {@value #MOST} ASCII characters,
 * and different also where a file system does not tell capitals from small letters. An id whose characters all fit keeps its
 * name; in others they become {@code _}. Ids that would share a name so, {@code a/b} and {@code a:b} say, or would be cut, get
 * a hash behind a {@code ~}, which no other name has. The names depend on the set of ids and on nothing else. Immutable.
 */
final class FileNames {
    static final int MOST = 100;
    private static final int HASH = 16;
    private static final int READABLE = MOST - HASH - 1;

    private final Map<String, String> byId = new HashMap<>();

    /** @param taken names that files beside them have */
    FileNames(Collection<String> ids, Set<String> taken) {
        Map<String, Integer> uses = new HashMap<>();
        taken.forEach(name -> uses.merge(folded(name), 1, Integer::sum));
        Set.copyOf(ids).forEach(id -> uses.merge(folded(plain(id)), 1, Integer::sum));
        for (String id : ids) {
            String plain = plain(id);
            boolean unique = uses.getOrDefault(folded(plain), 0) == 1;
            byId.put(id, unique && plain.length() <= READABLE ? plain : hashed(plain, id));
        }
    }

    /** @throws IllegalArgumentException for an id that is none of those given */
    String of(String id) {
        String name = byId.get(id);
        if (name == null) {
            throw new IllegalArgumentException("no file is named after " + id);
        }
        return name;
    }

    /** Neither hidden nor a name of the directory itself. */
    private static String plain(String id) {
        String safe = id.replaceAll("[^A-Za-z0-9._-]", "_");
        return safe.isEmpty() || safe.startsWith(".") ? "_" + safe : safe;
    }

    private static String folded(String name) {
        return name.toLowerCase(Locale.ROOT);
    }

    private static String hashed(String plain, String id) {
        String hash = Digest.of(id.getBytes(StandardCharsets.UTF_8)).hex().substring(0, HASH);
        return plain.substring(0, Math.min(READABLE, plain.length())) + "~" + hash;
    }
}
