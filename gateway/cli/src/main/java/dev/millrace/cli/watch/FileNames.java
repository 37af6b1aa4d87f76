package dev.millrace.cli.watch;

import dev.millrace.schemas.blob.Digest;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * File names for ids that may contain any characters. Each id gets its own readable name of at most {@value #MOST} ASCII characters; the
 * names also differ on a file system that does not distinguish upper and lower case. Letters, digits, dots, hyphens and underscores stay as
 * they are; any other character becomes {@code _}. If two ids would get the same name, such as {@code a/b} and {@code a:b}, or if a name
 * would be too long, the name is cut to fit and gets a hash after a {@code ~}, which no other name contains. The names depend only on the
 * ids and on the taken names. Immutable.
 */
final class FileNames {
    static final int MOST = 100;
    private static final int HASH = 16;
    private static final int READABLE = MOST - HASH - 1;

    private final Map<String, String> byId = new HashMap<>();

    /** @param taken the names of other files in the same directory */
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

    /** @throws IllegalArgumentException for an id that was not given to the constructor */
    String of(String id) {
        String name = byId.get(id);
        if (name == null) {
            throw new IllegalArgumentException("no file is named after " + id);
        }
        return name;
    }

    /** Replaces characters that are not allowed. The name is neither that of a hidden file nor {@code .} or {@code ..}. */
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
